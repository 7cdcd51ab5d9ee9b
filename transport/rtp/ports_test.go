package rtp

import (
	"strings"
	"testing"
)

func TestNewPorts(t *testing.T) {
	tests := []struct {
		name        string
		first, last uint16
		want        int // pairs; 0 is an error
	}{
		{"default range", 10000, 20000, 5000},
		{"one pair", 10000, 10001, 1},
		{"odd first port is left out", 10001, 10004, 1},
		{"last even port has no partner", 10000, 10002, 1},
		{"everything", 0, 65535, 32767},
		{"top pair", 65534, 65535, 1},
		{"one port", 10000, 10000, 0},
		{"odd and even", 10001, 10002, 0},
		{"backwards", 20000, 10000, 0},
		{"zero", 0, 1, 0},
		{"last port alone", 65535, 65535, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := NewPorts(test.first, test.last)
			if test.want == 0 {
				if err == nil || !strings.Contains(err.Error(), "allowed is") {
					t.Errorf("got error %v, want one that says what is allowed", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Free(); got != test.want {
				t.Errorf("got %d free pairs, want %d", got, test.want)
			}
			for range test.want {
				port, ok := p.Take()
				if !ok || port%2 != 0 || port < test.first || port == 0 || int(port)+1 > int(test.last) {
					t.Fatalf("got port %d %v, want a pair in %d-%d", port, ok, test.first, test.last)
				}
			}
			if port, ok := p.Take(); ok {
				t.Errorf("got port %d from an empty list", port)
			}
		})
	}
}

func TestPortsFirstInFirstOut(t *testing.T) {
	p := newPorts(t, 10000, 10007)
	take := func(want uint16) {
		t.Helper()
		if got, ok := p.Take(); !ok || got != want {
			t.Fatalf("got port %d %v, want %d", got, ok, want)
		}
	}
	take(10000)
	take(10002)
	p.Return(10002)
	p.Return(10000)
	take(10004)
	take(10006)
	take(10002)
	take(10000)
	if _, ok := p.Take(); ok {
		t.Error("got a port from an empty list")
	}
	if free, used := p.Free(), p.InUse(); free != 0 || used != 4 {
		t.Errorf("got %d free and %d in use, want 0 and 4", free, used)
	}
}

func TestPortsReturnOfWhatIsNotTaken(t *testing.T) {
	p := newPorts(t, 10000, 10003)
	port, _ := p.Take()
	for _, wrong := range []uint16{port, port, 10002, 10001, 9998, 0, 65535} {
		p.Return(wrong)
	}
	if free, used := p.Free(), p.InUse(); free != 2 || used != 0 {
		t.Errorf("got %d free and %d in use, want 2 and 0", free, used)
	}
	first, _ := p.Take()
	second, _ := p.Take()
	if first == second {
		t.Errorf("got port %d twice", first)
	}
}
