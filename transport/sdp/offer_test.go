package sdp

import (
	"errors"
	"net/netip"
	"testing"
)

func TestOffer(t *testing.T) {
	for name, local := range map[string]Local{
		"our-offer": local4,
		"our-offer-without-events-ipv6": {
			Address: local6.Address, Port: 65534, Codecs: []Codec{pcma}, SessionID: 9223372036854775807,
		},
	} {
		offer := Offer(local)
		checkBody(t, offer)
		golden(t, name, offer)
	}
}

func TestAccept(t *testing.T) {
	const audio = "m=audio 5000 RTP/AVP "
	tests := []struct {
		name   string
		answer []byte
		want   Media
	}{
		{"one codec", body(audio + "8"), media(pcma, 8, "192.0.2.9:5000", "192.0.2.9:5001", 0, SendRecv)},
		{"the answer's order counts", body(audio+"8 0 101", "a=rtpmap:101 telephone-event/8000"),
			media(pcma, 8, "192.0.2.9:5000", "192.0.2.9:5001", 101, SendRecv)},
		{"other payload types than ours", body(audio+"96 97", "a=rtpmap:96 PCMU/8000", "a=rtpmap:97 telephone-event/8000"),
			media(pcmu, 96, "192.0.2.9:5000", "192.0.2.9:5001", 97, SendRecv)},
		{"receives only", body(audio+"0", "a=recvonly"), media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 0, SendOnly)},
		{"hold", body(audio+"0", "a=sendonly"), media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 0, RecvOnly)},
		{"old hold", body(audio+"0", "c=IN IP4 0.0.0.0"), Media{Codec: pcmu, Direction: RecvOnly}},
		{"a stream we never offered", body(audio+"0", "m=video 5002 RTP/AVP 31"),
			media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 0, SendRecv)},
	}
	for _, tt := range tests {
		got, err := Accept(tt.answer, local4)
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestAcceptRefuses(t *testing.T) {
	tests := []struct {
		name            string
		answer          []byte
		status, warning int
	}{
		{"stream refused", body("m=audio 0 RTP/AVP 0"), 488, 304},
		{"our stream refused, another added", body("m=audio 0 RTP/AVP 0", "m=audio 5000 RTP/AVP 0"), 488, 304},
		{"no media", body("a=x"), 488, 304},
		{"codec we did not offer", body("m=audio 5000 RTP/AVP 18"), 488, 305},
		{"SRTP", body("m=audio 5000 RTP/SAVP 0"), 488, 302},
		{"host name", body("m=audio 5000 RTP/AVP 0", "c=IN IP4 media.example"), 488, 301},
		{"not SDP", []byte("x"), 400, 399},
		{"empty", nil, 400, 399},
	}
	for _, tt := range tests {
		m, err := Accept(tt.answer, local4)
		var fault *Error
		if !errors.As(err, &fault) || fault.Status != tt.status || fault.Warning != tt.warning || m != (Media{}) {
			t.Errorf("%s: %+v, %v, want status %d, warning %d", tt.name, m, err, tt.status, tt.warning)
		}
	}
}

// Both sides of one negotiation come to the same codec and to one another's
// addresses.
func TestOfferAnswerAccept(t *testing.T) {
	peer := Local{Address: netip.MustParseAddr("192.0.2.9"), Port: 30000, SessionID: 1, Version: 1}
	tests := []struct {
		name   string
		codecs []Codec // of the peer, which answers
		event  bool
		want   Codec
	}{
		{"both codecs", []Codec{pcmu, pcma}, true, pcmu},
		{"peer prefers PCMA", []Codec{pcma, pcmu}, true, pcma},
		{"only PCMA, no events", []Codec{pcma}, false, pcma},
	}
	for _, tt := range tests {
		peer.Codecs, peer.TelephoneEvent = tt.codecs, tt.event
		answer, theirs, err := Answer(Offer(local4), peer)
		if err != nil {
			t.Errorf("%s: Answer: %v", tt.name, err)
			continue
		}
		ours, err := Accept(answer, local4)
		if err != nil {
			t.Errorf("%s: Accept: %v", tt.name, err)
			continue
		}
		if ours.Codec != tt.want || theirs.Codec != tt.want {
			t.Errorf("%s: we use %v, the peer %v, want %v", tt.name, ours.Codec, theirs.Codec, tt.want)
		}
		if ours.HasTelephoneEvent != tt.event || ours.TelephoneEvent != theirs.TelephoneEvent {
			t.Errorf("%s: events %v and %v, want both to be %v", tt.name, ours, theirs, tt.event)
		}
		if ours.Remote != netip.AddrPortFrom(peer.Address, peer.Port) || theirs.Remote != netip.AddrPortFrom(local4.Address, local4.Port) {
			t.Errorf("%s: we send to %v, the peer to %v, want one another's addresses", tt.name, ours.Remote, theirs.Remote)
		}
	}
}
