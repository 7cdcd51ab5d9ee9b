package rtp

import (
	"testing"
	"time"
)

// The second stream goes on with the sequence numbers and the clock of the first; after
// a silence it begins with a marker.
func TestRestart(t *testing.T) {
	tests := []struct {
		name   string
		frames int // of the first stream
		pause  time.Duration
		marker bool
	}{
		{"while the first one plays", 100, 0, false},
		{"a second after its end", 2, time.Second, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSender(stream(test.frames), time.Unix(0, 0))
			first := sendAt(t, s, 0, 20).packets()
			begun := parsePacket(t, first[1].data)
			next := time.Unix(0, 0).Add(40*time.Millisecond + test.pause)
			s.Restart(stream(100), next)
			p := parsePacket(t, sendAt(t, s, 0).packets()[0].data)
			if p.Payload[0] != 0 || p.SequenceNumber != begun.SequenceNumber+1 || p.SSRC != begun.SSRC {
				t.Errorf("got frame %d, sequence number %d, want 0 and %d", p.Payload[0], p.SequenceNumber, begun.SequenceNumber+1)
			}
			if got, want := p.Timestamp-begun.Timestamp, uint32(160+test.pause.Milliseconds()*8); got != want {
				t.Errorf("timestamp: got %d after the last packet, want %d", got, want)
			}
			if p.Marker != test.marker {
				t.Errorf("marker: got %v, want %v", p.Marker, test.marker)
			}
		})
	}
}
