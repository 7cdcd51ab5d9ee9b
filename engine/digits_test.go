package engine

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/calls"
	"pickup/codec"
	"pickup/transport/memnet"
	"pickup/transport/rtp"
	"pickup/transport/sip/siptest"
)

// speaker sends the caller's RTP from its media port, a packet every 20 ms, with a
// sequence number and a timestamp that wrap.
type speaker struct {
	*scenario
	socket    rtp.Socket
	sequence  uint16
	timestamp uint32
	loses     *rand.Rand // unless nil, a third of the packets is lost by it
}

// speaks opens the media port of a caller.
func (s *scenario) speaks(c *siptest.Caller) *speaker {
	s.t.Helper()
	socket, err := s.listenRTP(netip.AddrPortFrom(c.Local().Addr(), 4000))
	if err != nil {
		s.t.Fatal(err)
	}
	return &speaker{scenario: s, socket: socket, sequence: 65530, timestamp: 0xFFFFF000}
}

func (p *speaker) send(payloadType byte, timestamp uint32, payload []byte) {
	p.t.Helper()
	packet := []byte{0x80, payloadType, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}
	binary.BigEndian.PutUint16(packet[2:], p.sequence)
	binary.BigEndian.PutUint32(packet[4:], timestamp)
	p.sequence++
	if p.loses != nil && p.loses.IntN(3) == 0 {
		p.pass(frameTime)
		p.timestamp += 160
		return
	}
	if err := p.socket.Send(append(packet, payload...), netip.AddrPortFrom(serverAddr.Addr(), 10000)); err != nil {
		p.t.Error(err)
	}
	p.pass(frameTime)
	p.timestamp += 160
}

// event dials a digit of 100 ms by RFC 4733, with three ends.
func (p *speaker) event(payloadType, code byte) {
	p.t.Helper()
	begins := p.timestamp
	for n := range 7 {
		block := []byte{code, 10, 0, 0}
		if n >= 4 {
			block[1] |= 0x80
		}
		binary.BigEndian.PutUint16(block[2:], uint16(160*min(n+1, 5)))
		p.send(payloadType|byte(0x80*max(0, 1-n)), begins, block)
	}
}

// tone sounds two frequencies for 80 ms, and then silence for as long.
func (p *speaker) tone(f codec.Format, row, column float64) {
	p.t.Helper()
	encode := codec.EncodeMuLaw
	if f == codec.PCMA {
		encode = codec.EncodeALaw
	}
	for frame := range 8 {
		payload := make([]byte, 160)
		for i := range payload {
			t, x := float64(frame*160+i)/8000, 0.0
			if frame < 4 {
				x = math.Sin(2*math.Pi*row*t) + math.Sin(2*math.Pi*column*t)
			}
			payload[i] = encode(int16(8000 * x))
		}
		p.send(f.PayloadType, p.timestamp, payload)
	}
}

// dialled are the digits of a record, as "5 rtp 100ms".
func dialled(r calls.Record) string {
	var list []string
	for _, d := range r.Digits {
		list = append(list, fmt.Sprintf("%c %s %v", d.Key, d.Method, d.Duration.Round(10*time.Millisecond)))
	}
	return strings.Join(list, ", ")
}

// eventless is an offer of one codec, without telephone-event.
func eventless(f codec.Format) func(*siptest.Caller) string {
	return func(c *siptest.Caller) string {
		text := strings.Replace(offer(c, ""), "RTP/AVP 0 8 101", fmt.Sprint("RTP/AVP ", f.PayloadType), 1)
		return strings.Replace(text, "a=rtpmap:101 telephone-event/8000\r\n", "", 1)
	}
}

// Each method on its own, and what the configuration makes of it.
func TestDigitsReachTheRecord(t *testing.T) {
	ordinary := func(c *siptest.Caller) string { return offer(c, "") }
	by97 := func(c *siptest.Caller) string { return strings.ReplaceAll(offer(c, ""), "101", "97") }
	info := func(call *siptest.Call, kind, body string) {
		call.Do("INFO", body, "Content-Type: "+kind)
		call.Want(200)
	}
	tests := []struct {
		name  string
		set   []string
		offer func(*siptest.Caller) string
		dial  func(*siptest.Call, *speaker)
		want  string
	}{
		{"events", nil, ordinary, func(_ *siptest.Call, p *speaker) { p.event(101, 5); p.event(101, 11) }, "5 rtp 100ms, # rtp 100ms"},
		{"events of another payload type", nil, by97, func(_ *siptest.Call, p *speaker) { p.event(97, 13) }, "B rtp 100ms"},
		{"INFO", nil, ordinary, func(c *siptest.Call, _ *speaker) {
			info(c, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n")
			info(c, "application/dtmf", "*")
		}, "5 info 160ms, * info 0s"},
		{"tones of the mu-law", nil, eventless(codec.PCMU), func(_ *siptest.Call, p *speaker) {
			p.tone(codec.PCMU, 697, 1209)
			p.tone(codec.PCMU, 941, 1477)
		}, "1 inband 80ms, # inband 80ms"},
		{"tones of the A-law", nil, eventless(codec.PCMA), func(_ *siptest.Call, p *speaker) { p.tone(codec.PCMA, 852, 1633) }, "C inband 80ms"},
		{"tones beside telephone-event", nil, ordinary, func(_ *siptest.Call, p *speaker) { p.tone(codec.PCMU, 697, 1209) }, ""},
		{"tones that are always heard", []string{"dtmf.inband=always"}, ordinary, func(_ *siptest.Call, p *speaker) {
			p.tone(codec.PCMU, 697, 1209)
			p.event(101, 2)
			p.tone(codec.PCMU, 697, 1336) // once more, beside the event
		}, "1 inband 80ms, 2 rtp 100ms"},
		{"tones that are never heard", []string{"dtmf.inband=never"}, eventless(codec.PCMU), func(_ *siptest.Call, p *speaker) {
			p.tone(codec.PCMU, 697, 1209)
		}, ""},
		{"all switched off", []string{"media.enable_dtmf=false"}, ordinary, func(c *siptest.Call, p *speaker) {
			p.event(101, 5)
			p.tone(codec.PCMU, 697, 1209)
			info(c, "application/dtmf", "*")
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, setup{set: tt.set}, func(s *scenario) {
				caller := s.caller()
				call := caller.Invite(tt.offer(caller))
				call.Want(180)
				call.Want(200)
				call.Ack()
				p := s.speaks(caller)
				tt.dial(call, p)
				s.pass(time.Second)
				call.Bye()
				call.Want(200)
				p.socket.Close()
				r := s.record()
				if got := dialled(r); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				if on := !slices.Contains(tt.set, "media.enable_dtmf=false"); (r.Digits != nil) != on {
					t.Errorf("digits %v: got a list, want one: %v", r.Digits, on)
				}
				if sent := uint64(p.sequence - 65530); r.Media.Received.Packets != sent || r.Media.Received.Lost != 0 {
					t.Errorf("received: got %d packets and %d lost, want %d and 0", r.Media.Received.Packets, r.Media.Received.Lost, sent)
				}
			})
		})
	}
}

// Where the offer was ours, the caller may use its own number for events, or ours.
func TestDigitsOfACallerThatHasOurOffer(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite("")
		call.Want(180)
		call.Want(200)
		call.AckWith(strings.ReplaceAll(offer(caller, ""), "101", "97"))
		p := s.speaks(caller)
		p.event(97, 1)
		p.event(101, 2)
		call.Bye()
		call.Want(200)
		p.socket.Close()
		if got := dialled(s.record()); got != "1 rtp 100ms, 2 rtp 100ms" {
			t.Errorf("got %q, want both", got)
		}
	})
}

func TestDigitHangsUp(t *testing.T) {
	play(t, setup{set: []string{"dtmf.hangup=#", "dtmf.restart=*"}}, func(s *scenario) {
		c := s.up()
		p := s.speaks(c.caller)
		p.event(101, 5)
		p.event(101, 11)
		p.socket.Close()
		c.Reply(c.WantRequest("BYE"), 200)
		r := s.wantEnd(calls.KeyPressed, calls.Server, 200)
		if got := dialled(r); got != "5 rtp 100ms, # rtp 100ms" {
			t.Errorf("digits: got %q", got)
		}
	})
}

// The prompt begins anew in the same stream, and the call lasts as long as it does.
func TestDigitPlaysFromTheBeginning(t *testing.T) {
	play(t, setup{set: []string{"dtmf.restart=*", "audio.duration_seconds=2", "media.preferred_codecs=PCMU"}, listens: true}, func(s *scenario) {
		c := s.up()
		s.at(c, time.Second)
		c.Do("INFO", "Signal=*", "Content-Type: application/dtmf-relay")
		c.Want(200)
		again := s.packetsTo(netip.AddrPortFrom(c.caller.Local().Addr(), 4000))
		bye := c.WantRequest("BYE")
		c.Reply(bye, 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
		heard := s.heard(c.caller)
		heard.want(t, again+100)
		for n := range again {
			if string(heard.payloads[again+n]) != string(heard.payloads[n]) {
				t.Fatalf("frame %d behind the digit: got another than the prompt's", n)
			}
		}
	})
}

// On a network that loses, repeats and reorders packets every digit comes once.
func TestDigitsOnABadNetwork(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			network := memnet.Options{Seed: seed, Latency: 10 * time.Millisecond, Jitter: 10 * time.Millisecond, Duplicate: 0.2, Reorder: 0.2}
			play(t, setup{network: network}, func(s *scenario) {
				caller := s.caller()
				caller.Insist()
				c := caller.Invite(offer(caller, ""))
				c.WantFinal(200)
				c.Ack()
				p := s.speaks(caller)
				p.loses = rand.New(rand.NewPCG(seed, 0))
				for code := range byte(16) {
					p.event(101, code)
				}
				s.pass(time.Second)
				p.socket.Close()
				c.Bye()
				c.WantFinal(200)
				var keys string
				for _, d := range s.record().Digits {
					keys += string(d.Key)
				}
				if keys != "0123456789*#ABCD" {
					t.Errorf("got %q, want all sixteen once", keys)
				}
			})
		})
	}
}

// What is listened for in the audio of a call costs this much for each packet.
func BenchmarkInband(b *testing.B) {
	i := &inband{table: muLaw}
	payload := make([]byte, 160)
	for n := range payload {
		payload[n] = codec.EncodeMuLaw(int16(6000 * math.Sin(float64(n))))
	}
	b.ReportAllocs()
	for b.Loop() {
		i.Hear(payload)
		i.Next()
	}
}

func TestInbandAllocatesNothing(t *testing.T) {
	i := &inband{table: aLaw}
	payload := make([]byte, 172)
	if got := testing.AllocsPerRun(100, func() { i.Hear(payload); i.Miss(100); i.Next() }); got != 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}
