package codec

import (
	"math"
	"testing"
	"time"
)

func TestParseInfoTag(t *testing.T) {
	h := func(b ...byte) []byte { return append(b, make([]byte, 413)...) }
	put := func(data []byte, at int, text string) []byte { copy(data[at:], text); return data }
	lame := "\x00\x00\x00\x0F\x00\x00\x01\x00" + string(make([]byte, 4+100+4)) + "LAME3.100" + string(make([]byte, 12)) + "\x24\x05\x67"
	tests := []struct {
		name string
		data []byte
		want infoTag
		none bool
	}{
		{"audio", h(0xFF, 0xFB, 0x90, 0), infoTag{}, true},
		{"LAME, stereo", put(h(0xFF, 0xFB, 0x90, 0), 36, "Info"+lame), infoTag{256, true, 0x240, 0x567}, false},
		{"LAME, with a checksum", put(h(0xFF, 0xFA, 0x90, 0), 36, "Xing"+lame), infoTag{256, true, 0x240, 0x567}, false},
		{"LAME, mono", put(h(0xFF, 0xFB, 0x90, 0xC0), 21, "Info"+lame), infoTag{256, true, 0x240, 0x567}, false},
		{"LAME, MPEG-2 stereo", put(h(0xFF, 0xF3, 0x90, 0), 21, "Info"+lame), infoTag{256, true, 0x240, 0x567}, false},
		{"LAME, MPEG-2 mono", put(h(0xFF, 0xF3, 0x90, 0xC0), 13, "Info"+lame), infoTag{256, true, 0x240, 0x567}, false},
		{"Xing without more", put(h(0xFF, 0xFB, 0x90, 0), 36, "Xing\x00\x00\x00\x01\x00\x00\x00\x07"), infoTag{frames: 7}, false},
		{"Xing of another encoder", put(h(0xFF, 0xFB, 0x90, 0), 36, "Xing\x00\x00\x00\x00GOGO"), infoTag{}, false},
		{"Xing without frames", put(h(0xFF, 0xFB, 0x90, 0), 36, "Xing\x00\x00\x00\x00LAME3.90 "+string(make([]byte, 12))+"\x24\x00\x01"), infoTag{0, true, 0x240, 1}, false},
		{"more frames than a file can have", put(h(0xFF, 0xFB, 0x90, 0), 36, "Xing\x00\x00\x00\x01\xFF\xFF\xFF\xFF"), infoTag{}, false},
		{"VBRI", put(h(0xFF, 0xFB, 0x90, 0), 36, "VBRI\x00\x01\x12\x34\x00\x4B\x00\x00\x10\x00\x00\x00\x01\x02"), infoTag{frames: 258}, false},
		{"cut off", []byte{0xFF, 0xF3, 0x10, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'X', 'i', 'n', 'g'}, infoTag{}, true},
	}
	for _, tt := range tests {
		header, _ := parseHeader(tt.data)
		got, ok := parseInfoTag(frame{header: header, data: tt.data})
		if got != tt.want || ok == tt.none {
			t.Errorf("%s: got %+v (%v), want %+v", tt.name, got, ok, tt.want)
		}
	}
}

// What comes out begins and ends with the samples that went in: a sine from its zero crossing on.
func TestDecodeTrimsExactly(t *testing.T) {
	t.Parallel()
	for _, name := range playable {
		a := decodedFixture(t, name)
		if len(a.Left) != a.Rate || len(a.Right) != a.Rate {
			t.Errorf("%s: got %d and %d samples, want the %d of one second", name, len(a.Left), len(a.Right), a.Rate)
			continue
		}
		_, phase := component(a.Right[a.Rate/5:a.Rate*4/5], a.Rate, 1020)
		start := math.Remainder(phase-2*math.Pi*1020/5+math.Pi/2, 2*math.Pi) / (2 * math.Pi * 1020) * float64(a.Rate)
		if name == "mpeg1-44100-opposite.mp3" {
			start = math.Remainder(start-float64(a.Rate)/2040, float64(a.Rate)/1020)
		}
		if math.Abs(start) > 0.01 {
			t.Errorf("%s: got a start that is off by %.3f samples, want 0", name, start)
		}
	}
}

// Without the extension of LAME, and in a file that is shorter than the tag says, nothing is known about the end.
func TestDecodeKeepsWhatItDoesNotKnow(t *testing.T) {
	data := fixture(t, "mpeg1-32000-mono.mp3")
	const frame = 1152
	s, err := scan(data, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		data []byte
		want int
	}{
		{"without tag", data[288:], s.total * frame},
		{"tag without extension", replaced(data, "LAME", "what"), s.total * frame},
		{"last frame missing", data[:len(data)-288], (s.total-1)*frame - s.info.delay - decoderDelay},
	}
	for _, tt := range tests {
		a, err := Decode(t.Context(), tt.data, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Left) != tt.want {
			t.Errorf("%s: got %d samples, want %d", tt.name, len(a.Left), tt.want)
		}
	}
}
