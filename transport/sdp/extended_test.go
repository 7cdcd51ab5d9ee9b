package sdp

import (
	"strings"
	"testing"
)

func TestAnswerReportsExtended(t *testing.T) {
	const audio = "m=audio 5000 RTP/AVP 0"
	session := func(attribute string, media ...string) []byte {
		return crlf("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n" + attribute + "\n" + strings.Join(media, "\n") + "\n")
	}
	tests := []struct {
		name  string
		offer []byte
		want  bool
	}{
		{"not asked for", body(audio), false},
		{"asked for", body(audio, "a=rtcp-xr:voip-metrics"), true},
		{"among others", body(audio, "a=rtcp-xr:rcvr-rtt=all:10000 voip-metrics stat-summary=loss,dup"), true},
		{"others", body(audio, "a=rtcp-xr:stat-summary=loss,dup"), false},
		{"none", body(audio, "a=rtcp-xr:"), false},
		{"without a value", body(audio, "a=rtcp-xr"), false},
		{"for the session", session("a=rtcp-xr:voip-metrics", audio), true},
		{"for the session, but not for the stream", session("a=rtcp-xr:voip-metrics", audio, "a=rtcp-xr:"), false},
		{"for another stream", body("m=video 5004 RTP/AVP 31", "a=rtcp-xr:voip-metrics", audio), false},
	}
	for _, tt := range tests {
		answer, m, err := Answer(tt.offer, local4)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := strings.Contains(string(answer), "\r\na=rtcp-xr:voip-metrics\r\n"); got != tt.want || m.VoIPMetrics != tt.want {
			t.Errorf("%s: answered %v, media %v, want both to be %v", tt.name, got, m.VoIPMetrics, tt.want)
		}
		checkBody(t, answer)
	}
}
