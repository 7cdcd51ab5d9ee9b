package sdp

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

var update = flag.Bool("update", false, "write testdata/answer anew")

var (
	pcmu = Codec{Name: "PCMU", PayloadType: 0, ClockRate: 8000}
	pcma = Codec{Name: "PCMA", PayloadType: 8, ClockRate: 8000}

	local4 = Local{
		Address: netip.MustParseAddr("203.0.113.5"), Port: 20000, Codecs: []Codec{pcmu, pcma},
		TelephoneEvent: true, SessionID: 4711, Version: 3,
	}
	local6 = Local{
		Address: netip.MustParseAddr("2001:db8::5"), Port: 20000, Codecs: []Codec{pcmu, pcma},
		TelephoneEvent: true, SessionID: 4711, Version: 3,
	}
)

// crlf writes lines the way SDP has them.
func crlf(lines string) []byte {
	return []byte(strings.ReplaceAll(lines, "\n", "\r\n"))
}

// body is a description with one audio stream; the lines given follow its m=
// line and replace the session's address when they have one.
func body(audio string, lines ...string) []byte {
	session := "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n"
	return crlf(session + audio + "\n" + strings.Join(append(lines, ""), "\n"))
}

// media is what was agreed on with a peer that receives at rtp.
func media(c Codec, payload uint8, rtp, rtcp string, event uint8, d Direction) Media {
	c.PayloadType = payload
	return Media{
		Codec: c, Remote: netip.MustParseAddrPort(rtp), RemoteRTCP: netip.MustParseAddrPort(rtcp),
		TelephoneEvent: event, HasTelephoneEvent: event != 0, Direction: d,
	}
}

// The answers of testdata/answer were read against RFC 3264 one by one.
func TestAnswerRealOffers(t *testing.T) {
	tests := map[string]Media{
		"asterisk":            media(pcmu, 0, "192.0.2.13:17532", "192.0.2.13:17533", 96, SendRecv),
		"baresip":             media(pcmu, 0, "192.0.2.10:10004", "192.0.2.10:10005", 101, SendRecv),
		"dynamic-pcmu":        media(pcmu, 97, "192.0.2.18:5000", "192.0.2.18:5001", 127, SendRecv),
		"fax":                 media(pcma, 8, "192.0.2.16:5000", "192.0.2.16:5001", 0, SendRecv),
		"linphone-avpf":       media(pcmu, 0, "198.51.100.219:14518", "198.51.100.219:14519", 101, SendRecv),
		"ours-preferred":      media(pcmu, 0, "192.0.2.19:5000", "192.0.2.19:5001", 0, SendRecv),
		"several-audio":       media(pcmu, 0, "192.0.2.17:5006", "192.0.2.17:5007", 0, SendRecv),
		"sipp":                media(pcmu, 0, "192.0.2.11:6000", "192.0.2.11:6001", 0, SendRecv),
		"times":               media(pcmu, 0, "192.0.2.20:5000", "192.0.2.20:5001", 0, SendRecv),
		"video-first":         media(pcma, 8, "192.0.2.15:5000", "192.0.2.15:5001", 0, SendRecv),
		"webrtc-beside-plain": media(pcmu, 0, "192.0.2.14:4000", "192.0.2.14:4001", 0, SendRecv),

		"bare-newlines-session-direction": media(pcmu, 0, "192.0.2.21:5000", "192.0.2.21:5001", 0, RecvOnly),
	}
	reporting := tests["linphone-avpf"]
	reporting.VoIPMetrics = true
	tests["linphone-avpf"] = reporting
	files, err := filepath.Glob("testdata/offer/*.sdp")
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d offers in testdata, want %d (%v)", len(files), len(tests), err)
	}
	for name, want := range tests {
		offer, err := os.ReadFile(filepath.Join("testdata/offer", name+".sdp"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, "bare-newlines") {
			offer = crlf(string(offer))
		}
		answer, got, err := Answer(offer, local4)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got != want {
			t.Errorf("%s: media %+v, want %+v", name, got, want)
		}
		checkBody(t, answer)
		golden(t, name, answer)
	}
}

// golden compares an answer with the one in testdata, which has bare newlines.
func golden(t *testing.T, name string, answer []byte) {
	t.Helper()
	file := filepath.Join("testdata/answer", name+".sdp")
	if *update {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(answer), "\r\n", "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(answer), string(crlf(string(want))); got != want {
		t.Errorf("%s: answer\n%s\nwant\n%s", name, got, want)
	}
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// checkBody fails when a description of ours is not well-formed.
func checkBody(t *testing.T, text []byte) {
	t.Helper()
	rest, ok := strings.CutSuffix(string(text), "\r\n")
	if !ok {
		t.Errorf("%q does not end in CRLF", text)
	}
	var forPion strings.Builder
	media := 0
	for line := range strings.SplitSeq(rest, "\r\n") {
		if len(line) < 3 || line[1] != '=' || strings.HasSuffix(line, " ") || strings.ContainsFunc(line, unprintable) {
			t.Errorf("line %q of ours is malformed", line)
		}
		if strings.HasPrefix(line, "m=") {
			media++
		}
		// pion knows few media and transports; what is refused may have others.
		if fields := strings.Fields(line); line[0] == 'm' && fields[1] == "0" {
			line = "m=application 0 UDP 0"
		}
		forPion.WriteString(line + "\r\n")
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(forPion.String()); err != nil || len(parsed.MediaDescriptions) != media {
		t.Errorf("pion parses %d of %d media of\n%s\n%v", len(parsed.MediaDescriptions), media, text, err)
	}
}

func TestAnswerDirections(t *testing.T) {
	const audio = "m=audio 5000 RTP/AVP 0"
	tests := []struct {
		name  string
		lines []string
		want  Direction
		held  bool // by an address that is none
	}{
		{"none", nil, SendRecv, false},
		{"sendrecv", []string{"a=sendrecv"}, SendRecv, false},
		{"sendonly", []string{"a=sendonly"}, RecvOnly, false},
		{"recvonly", []string{"a=recvonly"}, SendOnly, false},
		{"inactive", []string{"a=inactive"}, Inactive, false},
		{"zero address", []string{"c=IN IP4 0.0.0.0"}, RecvOnly, true},
		{"zero address, sendonly", []string{"c=IN IP4 0.0.0.0", "a=sendonly"}, RecvOnly, true},
		{"zero address, recvonly", []string{"c=IN IP4 0.0.0.0", "a=recvonly"}, Inactive, true},
		{"zero address, inactive", []string{"c=IN IP4 0.0.0.0", "a=inactive"}, Inactive, true},
		{"zero address of IPv6", []string{"c=IN IP6 ::"}, RecvOnly, true},
	}
	for _, tt := range tests {
		answer, m, err := Answer(body(audio, tt.lines...), local4)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if m.Direction != tt.want {
			t.Errorf("%s: direction %v, want %v", tt.name, m.Direction, tt.want)
		}
		if !strings.HasSuffix(string(answer), "\r\na="+tt.want.String()+"\r\n") {
			t.Errorf("%s: answer %q, want it to end in a=%v", tt.name, answer, tt.want)
		}
		if held := !m.Remote.IsValid() && !m.RemoteRTCP.IsValid(); held != tt.held {
			t.Errorf("%s: remote %v, RTCP %v, want on hold %v", tt.name, m.Remote, m.RemoteRTCP, tt.held)
		}
		if want := tt.want == SendRecv || tt.want == SendOnly; m.Direction.Sends() != want {
			t.Errorf("%s: Sends %v, want %v", tt.name, m.Direction.Sends(), want)
		}
	}
}

// The stream's own direction wins over the session's.
func TestAnswerMediaDirectionWins(t *testing.T) {
	offer := strings.Replace(string(body("m=audio 5000 RTP/AVP 0", "a=sendrecv")), "t=0 0\r\n", "t=0 0\r\na=inactive\r\n", 1)
	_, m, err := Answer([]byte(offer), local4)
	if err != nil || m.Direction != SendRecv {
		t.Errorf("direction %v, %v, want %v", m.Direction, err, SendRecv)
	}
}

func TestAnswerAddresses(t *testing.T) {
	tests := []struct {
		name      string
		port      string
		lines     []string
		local     Local
		rtp, rtcp string // rtcp "" is none
	}{
		{"session address", "5000", nil, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"media address wins", "5000", []string{"c=IN IP4 192.0.2.77"}, local4, "192.0.2.77:5000", "192.0.2.77:5001"},
		{"IPv6", "5000", []string{"c=IN IP6 2001:db8::9"}, local6, "[2001:db8::9]:5000", "[2001:db8::9]:5001"},
		{"mapped IPv4", "5000", []string{"c=IN IP6 ::ffff:192.0.2.77"}, local4, "192.0.2.77:5000", "192.0.2.77:5001"},
		{"RTCP port", "5000", []string{"a=rtcp:7001"}, local4, "192.0.2.9:5000", "192.0.2.9:7001"},
		{"RTCP address", "5000", []string{"a=rtcp:7001 IN IP4 192.0.2.8"}, local4, "192.0.2.9:5000", "192.0.2.8:7001"},
		{"RTCP address of the other family", "5000", []string{"a=rtcp:7001 IN IP6 2001:db8::9"}, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"RTCP multicast", "5000", []string{"a=rtcp:7001 IN IP4 233.252.0.1"}, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"RTCP name", "5000", []string{"a=rtcp:7001 IN IP4 a.example"}, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"RTCP garbage", "5000", []string{"a=rtcp:70010"}, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"RTCP multiplexed", "5000", []string{"a=rtcp-mux"}, local4, "192.0.2.9:5000", "192.0.2.9:5001"},
		{"last port", "65535", nil, local4, "192.0.2.9:65535", ""},
	}
	for _, tt := range tests {
		answer, m, err := Answer(body("m=audio "+tt.port+" RTP/AVP 0", tt.lines...), tt.local)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var rtcp netip.AddrPort
		if tt.rtcp != "" {
			rtcp = netip.MustParseAddrPort(tt.rtcp)
		}
		if m.Remote.String() != tt.rtp || m.RemoteRTCP != rtcp {
			t.Errorf("%s: RTP %v, RTCP %v, want %s, %s", tt.name, m.Remote, m.RemoteRTCP, tt.rtp, tt.rtcp)
		}
		checkBody(t, answer)
	}
}

// The library refuses a last line without its end; some phones send one.
func TestAnswerUnendedLastLine(t *testing.T) {
	offer := strings.TrimSuffix(string(body("m=audio 5000 RTP/AVP 0", "a=sendonly")), "\r\n")
	if _, m, err := Answer([]byte(offer), local4); err != nil || m.Direction != RecvOnly {
		t.Errorf("direction %v, %v, want %v", m.Direction, err, RecvOnly)
	}
}

func TestAnswerIPv6(t *testing.T) {
	answer, _, err := Answer(body("m=audio 5000 RTP/AVP 0", "c=IN IP6 2001:db8::9"), local6)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ipv6", answer)
}

func TestAnswerWithoutTelephoneEvent(t *testing.T) {
	local := local4
	local.TelephoneEvent = false
	answer, m, err := Answer(body("m=audio 5000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000"), local)
	if err != nil || m.HasTelephoneEvent || strings.Contains(string(answer), "101") {
		t.Errorf("media %+v, %v, answer\n%s\nwant no telephone events", m, err, answer)
	}
}

func TestAnswerRtpmap(t *testing.T) {
	tests := []struct {
		name, formats string
		lines         []string
		want          int // payload type; -1 is a refusal
	}{
		{"static", "8", nil, 8},
		{"static, unreadable rtpmap", "8", []string{"a=rtpmap:8"}, 8},
		{"static type given another meaning", "8", []string{"a=rtpmap:8 G729/8000"}, -1},
		{"first rtpmap counts", "96", []string{"a=rtpmap:96 PCMA/8000", "a=rtpmap:96 G729/8000"}, 96},
		{"dynamic without rtpmap", "96", nil, -1},
		{"other clock rate", "96", []string{"a=rtpmap:96 PCMU/16000"}, -1},
		{"two channels", "96", []string{"a=rtpmap:96 PCMU/8000/2"}, -1},
		{"payload type over 127", "128", []string{"a=rtpmap:128 PCMU/8000"}, -1},
		{"only events", "101", []string{"a=rtpmap:101 telephone-event/8000"}, -1},
		{"rtpmap of another stream", "96", []string{"m=audio 5002 RTP/AVP 97", "a=rtpmap:96 PCMU/8000"}, -1},
	}
	for _, tt := range tests {
		_, m, err := Answer(body("m=audio 5000 RTP/AVP "+tt.formats, tt.lines...), local4)
		got := int(m.Codec.PayloadType)
		if fault := (*Error)(nil); errors.As(err, &fault) && fault.Warning == warnFormat {
			got = -1
		}
		if got != tt.want {
			t.Errorf("%s: payload type %d (%v), want %d", tt.name, got, err, tt.want)
		}
	}
}

func TestAnswerPanicsWithoutAddress(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Answer without a local address did not panic")
		}
	}()
	local := local4
	local.Address = netip.IPv4Unspecified()
	Answer(body("m=audio 5000 RTP/AVP 0"), local)
}
