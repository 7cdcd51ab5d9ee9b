package sdp

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// repairable are descriptions that the strict parse refuses, and all of which
// mean the same: PCMU to 192.0.2.9:5000, sent by the peer only.
var repairable = []struct{ name, text string }{
	{"no s=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"no t=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"no o=", "v=0\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"the least", "v=0\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP4 192.0.2.9\r\na=sendonly\r\n"},
	{"the least, bare newlines, unended", "v=0\nc=IN IP4 192.0.2.9\nm=audio 5000 RTP/AVP 0\na=sendonly"},
	{"bare carriage returns", "v=0\rs=-\rc=IN IP4 192.0.2.9\rt=0 0\rm=audio 5000 RTP/AVP 0\ra=sendonly\r"},
	{"doubled carriage returns", "v=0\r\r\no=- 1 1 IN IP4 192.0.2.9\r\r\ns=-\r\r\nc=IN IP4 192.0.2.9\r\r\nt=0 0\r\r\nm=audio 5000 RTP/AVP 0\r\r\na=sendonly\r\r\n"},
	{"blank lines, no s=", "\r\nv=0\r\n\r\nc=IN IP4 192.0.2.9\r\n  \r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n\r\n"},
	{"indented", "  v=0\n  o=- 1 1 IN IP4 192.0.2.9\n  s=-\n\tc=IN IP4 192.0.2.9\n  t=0 0\n  m=audio 5000 RTP/AVP 0\n  a=sendonly\n"},
	{"blanks behind =", "v= 0\r\no= - 1 1 IN IP4 192.0.2.9\r\ns= -\r\nc= IN IP4 192.0.2.9\r\nt= 0 0\r\nm= audio 5000 RTP/AVP 0\r\na= sendonly \r\n"},
	{"a= before c=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\na=sendonly\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"},
	{"t= before c=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nc=IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"t= at the end", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\nt=0 0\r\n"},
	{"t= of no number", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=now 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"t= of one number, no s=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\nc=IN IP4 192.0.2.9\r\nt=7\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"o= with a negative number", string(session("o=- -5 1 IN IP4 192.0.2.9"))},
	{"o= with letters", string(session("o=- 0x1f 1 IN IP4 192.0.2.9"))},
	{"o= with a name of two words", string(session("o=Acme Phone 1 1 IN IP4 192.0.2.9"))},
	{"o= with nothing in it", string(session("o="))},
	{"o= twice", string(session("o=- 1 1 IN IP4 192.0.2.9", "o=- 1 1 IN IP4 192.0.2.9"))},
	{"unknown line types", string(session("o=- 1 1 IN IP4 192.0.2.9", "x=1", "C=IN IP4 192.0.2.1", "M=audio 1 RTP/AVP 8"))},
	{"no line of SDP", string(session("o=- 1 1 IN IP4 192.0.2.9", "Content-Length: 5", "m", "=", "a"))},
	{"unknown b=", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nb=MAX:64\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\nb=TIER 64\r\na=sendonly\r\n"},
	{"u= that is no URI", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nu=:\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"c= of the session twice", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"},
	{"c= of the media, a= before it, no s=", "v=0\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=sendonly\r\nc=IN IP4 192.0.2.9\r\n"},
	{"no formats", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP\r\na=rtpmap:x PCMU/8000\r\na=rtpmap: 0 PCMU/8000\r\na=sendonly\r\n"},
}

// session is a description in which the lines given stand for its o= line.
func session(lines ...string) []byte {
	return crlf("v=0\n" + strings.Join(lines, "\n") + "\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 5000 RTP/AVP 0\na=sendonly\n")
}

func TestRepair(t *testing.T) {
	want := media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 0, RecvOnly)
	for _, tt := range repairable {
		if _, fault := parseStrict(tt.text); fault == nil {
			t.Errorf("%s: the strict parse takes it, so that it shows nothing", tt.name)
		}
		answer, got, err := Answer([]byte(tt.text), local4)
		if err != nil || got != want {
			t.Errorf("%s: media %+v, %v, want %+v", tt.name, got, err, want)
			continue
		}
		checkBody(t, answer)
		if !strings.Contains(string(answer), "\r\nt=0 0\r\n") {
			t.Errorf("%s: answer %q, want it to have t=0 0", tt.name, answer)
		}
		repaired, _ := repair(tt.text)
		checkRepaired(t, repaired)
		if got, err := Accept([]byte(tt.text), local4); err != nil || got != want {
			t.Errorf("%s: Accept: media %+v, %v, want %+v", tt.name, got, err, want)
		}
	}
}

// conforming is what a repaired description looks like: the lines of RFC 8866
// section 5 in its order.
var conforming = regexp.MustCompile(`^v=0\r\no=- 0 0 IN IP4 0\.0\.0\.0\r\ns=-\r\n(c=[^\r\n]+\r\n)?t=\d+ \d+\r\n` +
	`(a=[^\r\n]+\r\n)*(m=[^\r\n]*\r\n(c=[^\r\n]+\r\n)?(a=[^\r\n]+\r\n)*)*$`)

func checkRepaired(t *testing.T, repaired string) {
	t.Helper()
	if !conforming.MatchString(repaired) {
		t.Errorf("the repaired description does not conform:\n%q", repaired)
	}
	if again, ok := repair(repaired); !ok || again != repaired {
		t.Errorf("repaired twice, got\n%q\nwant\n%q", again, repaired)
	}
}

// What a repair takes over: other streams in their places, their formats, times.
func TestRepairKeeps(t *testing.T) {
	offer := crlf(`v=0
m=video 6000 RTP/AVP
b=MAX:1
m=image 0 udptl
m=audio 5000/2 RTP/AVP  0	8 97
a=rtpmap:97 telephone-event/8000
c=IN IP4 192.0.2.9
t=soon 1
t=3338481189  3370017201
t=1 2
m=video 6002 RTP/AVP
a=rtpmap:99 H264/90000
a=rtpmap:31 H261/90000
`)
	answer, m, err := Answer(offer, local4)
	if err != nil {
		t.Fatal(err)
	}
	if want := media(pcmu, 0, "192.0.2.9:5000", "192.0.2.9:5001", 97, SendRecv); m != want {
		t.Errorf("media %+v, want %+v", m, want)
	}
	want := []string{"video 0 RTP/AVP 0", "image 0 udptl 0", "audio 20000 RTP/AVP 0 97", "video 0 RTP/AVP 99 31"}
	if got := mediaLines([]byte(strings.ReplaceAll(string(answer), "\r", ""))); !slices.Equal(got, want) {
		t.Errorf("answered %q, want %q", got, want)
	}
	if !strings.Contains(string(answer), "\r\nt=3338481189 3370017201\r\n") {
		t.Errorf("answer\n%s\nwant the t= of the offer", answer)
	}
	checkBody(t, answer)
}

func TestBeyondRepair(t *testing.T) {
	const rest = "c=IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP 0\r\n"
	tests := []struct{ name, text string }{
		{"no v=", rest},
		{"v= not first", "s=-\r\nv=0\r\n" + rest},
		{"another version", "v=1\r\n" + rest},
		{"zero byte", "v=0\r\na=\x00\r\n" + rest},
		{"c= of another network", "v=0\r\nc=ATM NSAP 47\r\nm=audio 5000 RTP/AVP 0\r\n"},
		{"no formats, none described", "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP\r\n"},
		{"no transport", "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 5000\r\n"},
		{"no port", "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio RTP/AVP 0 8\r\n"},
		{"port over 65535", "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 65536 RTP/AVP 0\r\n"},
		{"too many media", "v=0\r\n" + rest + strings.Repeat("m=video 0 x y\r\n", maxMedia)},
	}
	for _, tt := range tests {
		answer, _, err := Answer([]byte(tt.text), local4)
		if fault := (*Error)(nil); !errors.As(err, &fault) || fault.Status != 400 {
			t.Errorf("%s: answer %q, %v, want status 400", tt.name, answer, err)
		}
	}
}

// The error is about the text as the peer wrote it, not about the repaired one.
func TestBeyondRepairSaysWhy(t *testing.T) {
	_, _, err := Answer([]byte("v=0\r\no=- x\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP9 192.0.2.9\r\n"), local4)
	if err == nil || !strings.Contains(err.Error(), "sdp: syntax error") || strings.Contains(err.Error(), "IP9") {
		t.Errorf("error %v, want the one about o=", err)
	}
}

// A description that conforms means the same when it is repaired, and also when
// its session lines are dropped and the lines of each part are shuffled, as long
// as its a= lines keep their order.
func TestRepairChangesNoMeaning(t *testing.T) {
	files, err := filepath.Glob("testdata/offer/*.sdp")
	if err != nil || len(files) == 0 {
		t.Fatalf("no offers in testdata (%v)", err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wantAnswer, want, err := Answer(text, local4)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for range 20 {
			mangled := mangle(string(text), random)
			repaired, ok := repair(mangled)
			checkRepaired(t, repaired)
			answer, got, err := Answer([]byte(repaired), local4)
			if !ok || err != nil || got != want || string(answer) != string(wantAnswer) {
				t.Fatalf("%s: %+v, %v, want %+v of\n%s", file, got, err, want, mangled)
			}
		}
	}
}

// mangle makes a description nonconforming without touching its meaning.
func mangle(text string, random *rand.Rand) string {
	ends := []string{"\n", "\r\n", "\r", "\n\n", " \r\n"}
	noise := []string{"", "", "x=y", "b=NONE:1", "i=text", "k=prompt", "text"}
	lines := []string{"v=0"}
	for i, part := range strings.Split(text, "\nm=") {
		var head, ordered, rest []string
		for j, line := range strings.Split(strings.TrimSpace(part), "\n") {
			switch {
			case i > 0 && j == 0:
				head = []string{"m=" + line}
			case line[0] == 'a':
				ordered = append(ordered, line)
			case strings.IndexByte("vos", line[0]) < 0:
				rest = append(rest, line)
			}
		}
		for _, line := range append(rest, noise[random.IntN(len(noise))]) {
			ordered = slices.Insert(ordered, random.IntN(len(ordered)+1), line)
		}
		lines = append(append(lines, head...), ordered...)
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.Repeat(" ", random.IntN(2)) + line + ends[random.IntN(len(ends))])
	}
	return b.String()
}
