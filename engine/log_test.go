package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"pickup/calls"
)

// logged collects what a logger wrote.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) lines(containing string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, containing) {
			lines = append(lines, line)
		}
	}
	return lines
}

func (l *logged) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: level}))
}

func TestLogLines(t *testing.T) {
	src := netip.MustParseAddrPort("192.0.2.7:5060")
	tests := []struct {
		name string
		tell func(Log)
		want []string
	}{
		{"incoming", func(l Log) {
			l.Notice(calls.Incoming{ID: "7", Party: calls.Party{CallID: "a@b", Source: src, From: "sip:x@y\r\nX: y"}})
		}, []string{`level=INFO msg="call incoming" id=7 call_id=a@b src=192.0.2.7:5060`, `from="sip:x@y\r\nX: y"`}},
		{"answered", func(l Log) { l.Notice(calls.Answered{ID: "7", Media: calls.MediaStats{Codec: "PCMA"}}) },
			[]string{`level=INFO msg="call answered" id=7 codec=PCMA`}},
		{"transition", func(l Log) {
			l.Notice(calls.Transition{ID: "7", From: calls.Ringing, To: calls.Answering, Event: "answer", InState: time.Second})
		}, []string{`level=DEBUG msg=state id=7 from=Ringing to=Answering event=answer in_state=1s`}},
		{"late event", func(l Log) { l.Notice(calls.Late{ID: "7", State: calls.Done, Event: "ack"}) },
			[]string{`level=DEBUG msg="late event" id=7 state=Done event=ack`}},
		{"digit", func(l Log) {
			l.Notice(calls.Dialled{ID: "7", Digit: calls.Digit{Key: '#', Method: calls.ByINFO, Duration: 160 * time.Millisecond}})
		}, []string{`level=DEBUG msg=digit id=7 digit=# method=info duration_ms=160`}},
		{"record with digits", func(l Log) { l.Record(calls.Record{ID: "7", Digits: []calls.Digit{{Key: '5'}, {Key: '*'}}}) },
			[]string{"dtmf=5*"}},
		{"one-way audio", func(l Log) { l.Notice(calls.OneWayAudio{ID: "7", Live: calls.Live{Sent: 150, Foreign: 4}}) },
			[]string{`level=INFO msg="one-way audio" id=7 tx_packets=150 rx_packets=0 rx_foreign=4`}},
		{"fault", func(l Log) { l.Notice(calls.Fault{ID: "7", Doing: "sending 180", Err: errors.New("no route")}) },
			[]string{`level=DEBUG msg="call fault" id=7 doing="sending 180" err="no route"`}},
		{"record", func(l Log) {
			l.Record(calls.Record{ID: "7", Cause: calls.Completed, HungUpBy: calls.Server, Status: 200})
		},
			[]string{`level=INFO msg="call ended" id=7`, "cause=completed hangup_by=server sip_code=200"}},
		{"record of a caller that was heard", func(l Log) {
			media := calls.MediaStats{Received: calls.Received{Packets: 9, Lost: 1, Jitter: 2 * time.Millisecond}}
			media.Quality.ListeningMOS = new(3.9051)
			l.Record(calls.Record{ID: "7", Media: media})
		}, []string{"rx_packets=9 rx_lost=1 rx_jitter=2ms mos_lq=3.91\n"}},
		{"record of a fault", func(l Log) { l.Record(calls.Record{Cause: calls.InternalError, Fault: "panic: x"}) },
			[]string{"level=ERROR", `reason="panic: x"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out logged
			tt.tell(Log{out.logger(slog.LevelDebug)})
			for _, want := range tt.want {
				if len(out.lines(want)) != 1 {
					t.Errorf("got %q, want one line with %q", out.text.String(), want)
				}
			}
		})
	}
}

func TestInfoHasFewLinesACall(t *testing.T) {
	var out logged
	withLog := func(o *Options) {
		o.Logger = out.logger(slog.LevelInfo)
		o.Observers = append(o.Observers, Log{o.Logger})
	}
	play(t, setup{options: withLog}, func(s *scenario) {
		call, _ := s.establish()
		call.Reply(call.WantRequest("BYE"), 200)
		s.pass(time.Second)
		if got := out.lines("id="); len(got) != 4 {
			t.Errorf("lines of the call: got %q, want incoming, answered, one-way audio, ended", got)
		}
	})
}

func TestNoiseIsLoggedOnceASecond(t *testing.T) {
	var out logged
	play(t, setup{options: func(o *Options) { o.Logger = out.logger(slog.LevelInfo) }}, func(s *scenario) {
		noisy := s.caller()
		for range 10 {
			for range 50 {
				noisy.Send("garbage")
			}
			s.pass(100 * time.Millisecond)
		}
		s.pass(5 * time.Second)
		got := out.lines("discarded")
		if len(got) < 1 || len(got) > 2 || !strings.Contains(strings.Join(got, ""), "malformed_sip=") {
			t.Errorf("got %q, want one line a second with malformed_sip", got)
		}
	})
}
