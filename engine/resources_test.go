package engine

import (
	"math"
	"testing"
)

// Connections leave the calls their descriptors.
func TestConnectionsLeaveDescriptors(t *testing.T) {
	for _, test := range []struct {
		limit uint64
		calls int
		want  int
	}{
		{60, 1000, 7},
		{1024, 1000, 128},
		{2200, 1000, 275},
		{4096, 1000, 1996},
		{1 << 20, 1000, 1<<20 - 2100},
		{math.MaxUint64, 1000, math.MaxInt32},
		{4, 1000, 1},
	} {
		if got := connections(test.limit, test.calls); got != test.want {
			t.Errorf("limit %d, calls %d: got %d connections, want %d", test.limit, test.calls, got, test.want)
		}
	}
}
