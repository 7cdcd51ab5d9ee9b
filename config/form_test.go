package config

import (
	"strings"
	"testing"
)

func TestForms(t *testing.T) {
	tests := []struct {
		form string
		good []string
		bad  []string
	}{
		{"address", []string{"0.0.0.0", "::", "192.0.2.1", "fe80::1%eth0"}, []string{"", "localhost", "192.0.2.1:5060", "[::1]", "224.0.0.1", "ff02::1"}},
		{"host", []string{"0.0.0.0", "::1", "example", "SIP.example.com", "a-1.b"}, []string{"", "a b", "-a", "a..b", "a_b", "example.com:5060", strings.Repeat("a.", 126) + "ab"}},
		{"line", []string{"Pickup/1.0 (test)", strings.Repeat("a", 128)}, []string{"", " ", "a\r\nb", "a\x00", "\xff", strings.Repeat("a", 129)}},
		{"path", []string{"a.mp3", "/var/lib/déjà vu.mp3"}, []string{"", " ", "a\nb", strings.Repeat("a", 4097)}},
		{"optional path", []string{"", "/var/log/pickup/calls.jsonl"}, []string{" ", "a\nb", strings.Repeat("a", 4097)}},
		{"source", []string{"builtin", "./a.mp3", "tone:440", "tone:350+440", "tone:20+3900+1004.5+700", "https://example.com/a.mp3", "tones/a:b.mp3"},
			[]string{"", "a\x00", "tone:", "tone:19", "tone:3901", "tone:440+", "tone:NaN", "tone:0x1p9", "tone:1_000", "tone:1e3", "tone:+440", "tone:440.", "tone:1+2", "tone:100+200+300+400+500", "ftp://example.com/a.mp3", "file:///a.mp3", "http://"}},
		{"optional host", []string{"", "sip.example.com", "192.0.2.1"}, []string{" ", "a b"}},
		{"optional line", []string{"", "alice"}, []string{" ", "a\nb"}},
		{"registrar", []string{"", "sip:example.com", "SIP:192.0.2.1:5070", "sip:[2001:db8::1]:5060;transport=TCP", "sip:a;transport=udp", "sip:a;transport=tls", "sips:a", "SIPS:[2001:db8::1]:5061;transport=tcp"},
			[]string{"example.com", "sips:a;transport=udp", "sips:", "sipss:a", "sip:", "sip:a@b", "sip:a:0", "sip:a:65536", "sip:a;transport=ws", "sip:[a]", "sip:[1.2.3.4]", "sip:::1", "sip:0.0.0.0", "sip:224.0.0.1", "sip:a b", "sip:a;lr"}},
		{"optional address", []string{"", "192.0.2.1", "2001:db8::1"}, []string{"0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0", "example.com"}},
		{"external", []string{"", "192.0.2.1", "auto", "stun:stun.example.com", "stun:192.0.2.1:3478", "stun:[2001:db8::1]:3478"}, []string{"0.0.0.0", "AUTO", "stun:", "stun:a b", "stun:a:0", "stun:a:65536", "example.com"}},
		{"networks", []string{"192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "192.0.2.1/24"}, []string{"", "192.0.2.0/33", "192.0.2", "example.com", "::ffff:192.0.2.1", "::ffff:192.0.2.0/120", "fe80::1%eth0"}},
		{"key", []string{"", "0", "9", "*", "#", "A", "D"}, []string{" ", "a", "E", "!", "10", "##"}},
		{"url", []string{"http://localhost:8080/health", "https://example.com", "http://[::1]/"}, []string{"", "localhost:8080", "ftp://example.com", "http://", "http://:8080/", "http://a b/"}},
	}
	if got, want := len(tests), len(forms); got != want {
		t.Errorf("forms with a test: got %d, want %d", got, want)
	}
	for _, tt := range tests {
		for _, s := range tt.good {
			if !forms[tt.form].ok(s) {
				t.Errorf("%s %q: got refused, want accepted", tt.form, s)
			}
		}
		for _, s := range tt.bad {
			if forms[tt.form].ok(s) {
				t.Errorf("%s %q: got accepted, want refused", tt.form, s)
			}
		}
	}
}
