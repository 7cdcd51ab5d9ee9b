package sdp

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func seed(f *testing.F) {
	for _, directory := range []string{"offer", "answer"} {
		files, err := filepath.Glob(filepath.Join("testdata", directory, "*.sdp"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in testdata/%s (%v)", directory, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte("v=0\r\no=- 99999999999999999999 1 IN IP4 x\r\ns=\r\nt=0 0\r\nm=audio 1 RTP/AVP 0\r\nc=IN IP4 0.0.0.0"))
	f.Add([]byte("m=\r\nv"))
	for _, tt := range repairable {
		f.Add([]byte(tt.text))
	}
}

// checkFault fails when an error is not one that can be sent to a peer.
func checkFault(t *testing.T, err error) {
	t.Helper()
	var fault *Error
	if !errors.As(err, &fault) {
		t.Fatalf("error %v is a %T, want *Error", err, err)
	}
	if fault.Status != 400 && fault.Status != 488 || fault.Warning < 300 || fault.Warning > 399 {
		t.Errorf("status %d, warning %d, want 400 or 488, and 300 to 399", fault.Status, fault.Warning)
	}
	if fault.Text == "" || len(fault.Text) > maxText || printable(fault.Text) != fault.Text {
		t.Errorf("text %q of %d bytes is not printable or too long", fault.Text, len(fault.Text))
	}
}

// checkMedia fails when media would be sent where it must not be.
func checkMedia(t *testing.T, m Media, local Local) {
	t.Helper()
	if !slices.ContainsFunc(local.Codecs, func(c Codec) bool { return c.Name == m.Codec.Name }) {
		t.Errorf("codec %v is none of ours", m.Codec)
	}
	if !m.Remote.IsValid() && m.Direction.Sends() {
		t.Errorf("direction %v without an address", m.Direction)
	}
	addr := m.Remote.Addr()
	if m.Remote.IsValid() && (addr.IsMulticast() || addr.IsUnspecified() || addr.Is4() != local.Address.Is4() || m.Remote.Port() == 0) {
		t.Errorf("remote address %v is not usable", m.Remote)
	}
}

func FuzzAnswer(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, offer []byte) {
		answer, m, err := Answer(offer, local4)
		if err != nil {
			checkFault(t, err)
			return
		}
		checkMedia(t, m, local4)
		checkBody(t, answer)
		if _, fault := parseStrict(string(offer)); fault != nil {
			repaired, _ := repair(string(offer))
			checkRepaired(t, repaired)
			offer = []byte(repaired)
		}
		theirs, ours := mediaLines(offer), mediaLines(answer)
		if len(ours) != len(theirs) {
			t.Fatalf("%d media answered, want %d", len(ours), len(theirs))
		}
		active := 0
		for i := range ours {
			got, want := strings.Fields(ours[i]), strings.Fields(theirs[i])
			if got[0] != want[0] || got[2] != want[2] {
				t.Errorf("media %d answered as %q, want the media and transport of %q", i, ours[i], theirs[i])
			}
			if got[1] != "0" {
				active++
			}
			for _, format := range got[3:] {
				if !slices.Contains(want[3:], format) {
					t.Errorf("media %d answered with format %s, which %q has not", i, format, theirs[i])
				}
			}
		}
		if active != 1 {
			t.Errorf("%d media accepted, want 1", active)
		}
	})
}

func FuzzAccept(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer []byte) {
		m, err := Accept(answer, local6)
		if err != nil {
			checkFault(t, err)
			return
		}
		checkMedia(t, m, local6)
	})
}

func mediaLines(text []byte) (lines []string) {
	for line := range strings.SplitSeq(string(text), "\n") {
		if line, ok := strings.CutPrefix(line, "m="); ok {
			lines = append(lines, line)
		}
	}
	return lines
}
