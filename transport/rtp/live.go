package rtp

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Live is what a running session counted, at most a second ago.
type Live struct {
	At        time.Time // zero: nothing was counted yet
	Sent      uint64    // RTP packets
	Received  uint64    // RTP packets of the peer
	Expected  uint64
	Lost      uint64
	Foreign   uint64        // datagrams of others than the peer
	Jitter    time.Duration // interarrival jitter
	RoundTrip time.Duration // the last one
	Measured  bool          // there is a round trip
}

// snapshot hands a [Live] from the tick to whoever asks, without a lock and without
// an allocation: the writer makes the turn odd while it writes, and a reader that saw
// an odd or another turn reads again. There is one writer.
type snapshot struct {
	turn  atomic.Uint32
	words [9]atomic.Uint64
}

func (s *snapshot) publish(l Live) {
	measured := uint64(0)
	if l.Measured {
		measured = 1
	}
	s.turn.Add(1)
	for i, word := range [...]uint64{
		uint64(l.At.UnixNano()), l.Sent, l.Received, l.Expected, l.Lost, l.Foreign, uint64(l.Jitter), uint64(l.RoundTrip), measured,
	} {
		s.words[i].Store(word)
	}
	s.turn.Add(1)
}

func (s *snapshot) read() Live {
	for {
		turn := s.turn.Load()
		if turn == 0 {
			return Live{}
		}
		var w [len(s.words)]uint64
		for i := range w {
			w[i] = s.words[i].Load()
		}
		if turn%2 == 0 && s.turn.Load() == turn {
			return Live{
				At: time.Unix(0, int64(w[0])), Sent: w[1], Received: w[2], Expected: w[3], Lost: w[4], Foreign: w[5],
				Jitter: time.Duration(w[6]), RoundTrip: time.Duration(w[7]), Measured: w[8] != 0,
			}
		}
		runtime.Gosched()
	}
}
