package sdp

import (
	"strings"
	"testing"
)

func TestAnswerMultiplexes(t *testing.T) {
	const audio, mux = "m=audio 5000 RTP/AVP 0", "a=rtcp-mux"
	tests := []struct {
		name  string
		able  bool
		offer []byte
		want  bool
		rtcp  string // "" is none
	}{
		{"offered", true, body(audio, mux), true, "192.0.2.9:5000"},
		{"offered beside a=rtcp", true, body(audio, "a=rtcp:7001", mux), true, "192.0.2.9:5000"},
		{"not offered", true, body(audio), false, "192.0.2.9:5001"},
		{"we cannot", false, body(audio, mux), false, "192.0.2.9:5001"},
		{"blank behind it", true, body(audio, mux+" "), true, "192.0.2.9:5000"},
		{"offered for another stream", true, body("m=video 5004 RTP/AVP 31", mux, audio), false, "192.0.2.9:5001"},
		{"offered for the session", true, crlf("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\na=rtcp-mux\n" + audio + "\n"),
			false, "192.0.2.9:5001"},
		{"on hold", true, body(audio, "c=IN IP4 0.0.0.0", mux), true, ""},
		{"last port", true, body("m=audio 65535 RTP/AVP 0", mux), true, "192.0.2.9:65535"},
		{"payload type that looks like RTCP", true, body("m=audio 5000 RTP/AVP 72", "a=rtpmap:72 PCMU/8000", mux), false, "192.0.2.9:5001"},
		{"events that look like RTCP", true, body(audio+" 95", "a=rtpmap:95 telephone-event/8000", mux), false, "192.0.2.9:5001"},
		{"payload type just beyond RTCP", true, body(audio+" 96", "a=rtpmap:96 telephone-event/8000", mux), true, "192.0.2.9:5000"},
	}
	for _, tt := range tests {
		local := local4
		local.RTCPMux = tt.able
		answer, m, err := Answer(tt.offer, local)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := strings.Contains(string(answer), "\r\na=rtcp-mux\r\n"); got != tt.want || m.RTCPMux != tt.want {
			t.Errorf("%s: answered %v, media %v, want both to be %v", tt.name, got, m.RTCPMux, tt.want)
		}
		rtcp := ""
		if m.RemoteRTCP.IsValid() {
			rtcp = m.RemoteRTCP.String()
		}
		if rtcp != tt.rtcp {
			t.Errorf("%s: RTCP to %q, want %q", tt.name, rtcp, tt.rtcp)
		}
		checkBody(t, answer)
	}
}

// Both sides come to the same, whoever of them can multiplex.
func TestOfferMultiplexes(t *testing.T) {
	for _, tt := range []struct{ offerer, answerer bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		we, peer := local4, local4
		we.RTCPMux, peer.RTCPMux = tt.offerer, tt.answerer
		offer := Offer(we)
		if got := strings.Contains(string(offer), "\r\na=rtcp-mux\r\n"); got != tt.offerer {
			t.Errorf("%+v: offered %v, want %v", tt, got, tt.offerer)
		}
		checkBody(t, offer)
		answer, theirs, err := Answer(offer, peer)
		if err != nil {
			t.Fatalf("%+v: %v", tt, err)
		}
		ours, err := Accept(answer, we)
		if err != nil {
			t.Fatalf("%+v: %v", tt, err)
		}
		if want := tt.offerer && tt.answerer; ours.RTCPMux != want || theirs.RTCPMux != want {
			t.Errorf("%+v: we %v, the peer %v, want both to be %v", tt, ours.RTCPMux, theirs.RTCPMux, want)
		}
	}
}

// A peer that answers what was not offered does not have its way.
func TestAcceptMultiplexUnoffered(t *testing.T) {
	m, err := Accept(body("m=audio 5000 RTP/AVP 0", "a=rtcp-mux"), local4)
	if want := media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 0, SendRecv); err != nil || m != want {
		t.Errorf("media %+v, %v, want %+v", m, err, want)
	}
}
