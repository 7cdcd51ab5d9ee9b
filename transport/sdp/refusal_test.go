package sdp

import (
	"errors"
	"strings"
	"testing"
)

func TestAnswerRefuses(t *testing.T) {
	const audio = "m=audio 5000 RTP/AVP 0"
	session := func(lines string) []byte { return crlf("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nt=0 0\n" + lines) }
	tests := []struct {
		name    string
		offer   []byte
		local   Local
		status  int
		warning int
		text    string // part of it
	}{
		{"only SRTP", body("m=audio 5000 RTP/SAVP 0"), local4, 488, 302, "over RTP/SAVP;"},
		{"WebRTC", body("m=audio 9 UDP/TLS/RTP/SAVPF 111 0"), local4, 488, 302, "over UDP/TLS/RTP/SAVPF;"},
		{"nothing common", body("m=audio 5000 RTP/AVP 18 96 97", "a=rtpmap:96 opus/48000/2"), local4, 488, 305,
			"available are PCMU/8000, PCMA/8000; offered are G729/8000 (18), opus/48000/2 (96), payload type 97"},
		{"formats that are no payload types", body("m=audio 5000 RTP/AVP x"), local4, 488, 305, "offered are none"},
		{"only video", body("m=video 5000 RTP/AVP 31"), local4, 488, 304, "no audio among the 1 media"},
		{"only fax", body("m=image 5000 udptl t38"), local4, 488, 304, "no audio among the 1 media"},
		{"no media", body("a=x"), local4, 488, 304, "no audio among the 0 media"},
		{"audio with port 0", body("m=audio 0 RTP/AVP 0"), local4, 488, 304, "port 0"},
		{"host name", body(audio, "c=IN IP4 media.example"), local4, 488, 301, "media.example"},
		{"address with a zone", body(audio, "c=IN IP6 fe80::1%eth0"), local6, 488, 301, "fe80::1%eth0"},
		{"IPv6 for us on IPv4", body(audio, "c=IN IP6 2001:db8::9"), local4, 488, 301, "ours is IP4"},
		{"IPv4 for us on IPv6", body(audio), local6, 488, 301, "ours is IP6"},
		{"multicast", body(audio, "c=IN IP4 233.252.0.1/127"), local4, 488, 330, "233.252.0.1"},
		{"multicast of IPv6", body(audio, "c=IN IP6 ff15::101"), local6, 488, 330, "ff15::101"},
		{"mapped multicast", body(audio, "c=IN IP6 ::ffff:233.252.0.1"), local4, 488, 330, "233.252.0.1"},
		{"broadcast", body(audio, "c=IN IP4 255.255.255.255"), local4, 488, 399, "broadcast"},
		{"0.0.0.0/8", body(audio, "c=IN IP4 0.1.2.3"), local4, 488, 399, "0.0.0.0/8"},
		{"no c= at all", session(audio + "\n"), local4, 400, 399, "c= is missing"},
		{"c= without address", session(audio + "\nc=IN IP4\n"), local4, 400, 399, "c= is missing"},
		{"empty", nil, local4, 400, 399, "empty"},
		{"only blank lines", crlf("\n\n"), local4, 488, 304, "no audio"},
		{"not SDP", []byte("hello\r\n"), local4, 400, 399, "cannot be parsed"},
		{"control characters", []byte("v=0\r\no=- 1 1\x00\"\\\r\n"), local4, 400, 399, "o=- 1 1%00%22%5C"},
		{"port over 65535", body("m=audio 65536 RTP/AVP 0"), local4, 400, 399, "65536 is not within"},
		{"port with a bad count", body("m=audio 5000/x RTP/AVP 0"), local4, 400, 399, "5000/x is not within"},
		{"no formats", body("m=audio 5000 RTP/AVP"), local4, 400, 399, "at least one format"},
		{"media no token", body("m=a@b 5000 RTP/AVP 0"), local4, 400, 399, "a@b is not a token"},
		{"format no token", body("m=video 5000 RTP/AVP \x80"), local4, 400, 399, "%80 is not a token"},
		{"too many media", body(strings.Repeat("m=video 0 x y\n", maxMedia) + audio), local4, 400, 399, "more than 64 media"},
		{"too long", body(audio, "a=x:"+strings.Repeat("x", maxBody)), local4, 400, 399, "at most 65536"},
	}
	for _, tt := range tests {
		answer, m, err := Answer(tt.offer, tt.local)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: error %v, media %+v, want an *Error", tt.name, err, m)
			continue
		}
		if fault.Status != tt.status || fault.Warning != tt.warning {
			t.Errorf("%s: status %d, warning %d (%s), want %d, %d", tt.name, fault.Status, fault.Warning, fault.Text, tt.status, tt.warning)
		}
		if !strings.Contains(fault.Text, tt.text) {
			t.Errorf("%s: text %q, want it to have %q", tt.name, fault.Text, tt.text)
		}
		if answer != nil || m != (Media{}) {
			t.Errorf("%s: answer %q, media %+v beside an error, want none", tt.name, answer, m)
		}
	}
}

// The limits are on what is refused: what is just within them works.
func TestAnswerAtTheLimits(t *testing.T) {
	const audio = "m=audio 5000 RTP/AVP 0\n"
	long := body(audio, "a=x:")
	long = append(long[:len(long)-2], strings.Repeat("x", maxBody-len(long))+"\r\n"...)
	many := body(audio + strings.Repeat("m=video 0 x y\n", maxMedia-1))
	for _, offer := range [][]byte{long, many} {
		answer, _, err := Answer(offer, local4)
		if err != nil {
			t.Errorf("offer of %d bytes: %v, want an answer", len(offer), err)
			continue
		}
		if got, want := strings.Count(string(answer), "\nm="), strings.Count(string(offer), "\nm="); got != want {
			t.Errorf("offer of %d bytes: %d media answered, want %d", len(offer), got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "c= has the address x", "c= has the address x"},
		{"line end", "a\r\nb", "a%0D%0Ab"},
		{"quote, backslash, delete", "\"\\\x7f", "%22%5C%7F"},
		{"terminal escape", "\x1b[31m", "%1B[31m"},
		{"beyond ASCII", "\u00e9", "%C3%A9"},
		{"just fits", strings.Repeat("x", 256), strings.Repeat("x", 256)},
		{"too long", strings.Repeat("x", 257), strings.Repeat("x", 253) + "..."},
		{"escape is not cut", strings.Repeat("x", 252) + "\x00\x00", strings.Repeat("x", 252) + "..."},
	}
	for _, tt := range tests {
		if got := printable(tt.in); got != tt.want {
			t.Errorf("%s: printable(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}
