package codec

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The decoder makes the same samples of frames before and after they were laid out anew, in files in which it was
// right before.
func TestRepackChangesNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"mpeg2-16000-mono.mp3", "mpeg2-24000-mono.mp3", "mpeg1-44100-joint-vbr.mp3", "mpeg1-32000-mono.mp3"} {
		t.Run(name, func(t *testing.T) {
			frames := scanned(t, name)
			repacked, err := repack(frames, false)
			if err != nil {
				t.Fatal(err)
			}
			want, got := samplesIn(t, frames), samplesIn(t, repacked)
			if !slices.Equal(got, want) {
				t.Error("got other samples than those of the frames as they were")
			}
		})
	}
}

// A stream of the highest bit rate with every byte in use has no room for anything.
func TestRepackNeedsRoom(t *testing.T) {
	full := make([]frame, 20)
	for i := range full {
		data := repeated([]byte{0xFF, 0xF3, 0xE2, 0x00}, 523, 1)
		h, _ := parseHeader(data)
		full[i] = frame{header: h, data: data, gap: i == 0}
		side := newSideInfo(h, data[4:21])
		side.setLength(0, 2008)
		side.setLength(1, 2008) // together the 502 bytes behind the side information
	}
	_, err := repairFrames(full)
	if want := "MPEG-2 layer III at 22050 Hz at its highest bit rate, with frames that the decoder cannot be given whole; convert it"; !strings.HasPrefix(errorText(err), want) {
		t.Errorf("got %q, want %q", errorText(err), want)
	}
	for i := range full {
		newSideInfo(full[i].header, full[i].data[4:21]).setLength(1, 2000) // one byte less
	}
	if _, err := repairFrames(full); err != nil {
		t.Errorf("got %v, want room for frames of 501 bytes", err)
	}
}

// A file with short blocks in mid/side stereo is given to the decoder in wider frames.
func TestSuitMendsMidSideStereo(t *testing.T) {
	for _, mode := range []byte{0x00, 0x60} {
		data := repeated([]byte{0xFF, 0xF3, 0x48, mode}, 144, 1)
		h, _ := parseHeader(data)
		side := newSideInfo(h, data[4:21])
		for part := range side.parts {
			side.setLength(part, 10)
			side.bits.set(side.first+part*side.width+switchedAt+side.factors, 3, 0b110)
		}
		frames, err := repairFrames([]frame{{header: h, data: data, gap: true}})
		if err != nil {
			t.Fatal(err)
		}
		want := 20
		if h.midSide {
			want += 144
		}
		if got := newSideInfo(frames[0].header, frames[0].data[4:21]).mainDataBits(); got != want {
			t.Errorf("mode %#02x: got %d bits of main data, want %d", mode, got, want)
		}
	}
}

// Behind the values of a granule come as many zeros as it can have, in the last channel that has any.
func TestWiden(t *testing.T) {
	const inPart = switchedAt + 4
	h := header{version: mpeg1, layer: 3, midSide: true}
	tests := []struct {
		name    string
		short   []int // parts with short blocks
		lengths [4]int
		long    bool
		want    [4]int
	}{
		{"no short blocks", nil, [4]int{10, 20, 30, 40}, false, [4]int{10, 20, 30, 40}},
		{"first granule", []int{0, 1}, [4]int{10, 20, 30, 40}, false, [4]int{10, 164, 30, 40}},
		{"one channel of the second", []int{2}, [4]int{10, 20, 30, 40}, false, [4]int{10, 20, 30, 184}},
		{"with the other table", []int{1}, [4]int{10, 20, 30, 40}, true, [4]int{10, 596, 30, 40}},
		{"no difference", []int{0}, [4]int{10, 0, 30, 40}, false, [4]int{154, 0, 30, 40}},
		{"nothing at all", []int{0}, [4]int{0, 0, 30, 40}, false, [4]int{0, 0, 30, 40}},
		{"as much as the length can tell", []int{0}, [4]int{10, 4000, 30, 40}, false, [4]int{10, 4095, 30, 40}},
	}
	for _, tt := range tests {
		side := newSideInfo(h, make([]byte, 32))
		block := make(bitField, 600) // zeros, so that what is added can be counted
		for part, n := range tt.lengths {
			side.setLength(part, n)
			if slices.Contains(tt.short, part) {
				side.bits.set(side.first+part*side.width+inPart, 3, 0b110)
			}
			if tt.long {
				side.bits.set(side.first+(part+1)*side.width-1, 1, 1)
			}
		}
		out := bitField(widen(side, block))
		at := 0
		for part, n := range tt.want {
			if got := side.length(part); got != n {
				t.Errorf("%s: part %d: got %d bits, want %d", tt.name, part, got, n)
			}
			for i := range n {
				if one := out.get(at+i, 1) == 1; one != (i >= tt.lengths[part]) {
					t.Fatalf("%s: part %d, bit %d: got %v, want ones behind bit %d alone", tt.name, part, i, one, tt.lengths[part])
				}
			}
			at += n
		}
	}
}

// Behind a hole a frame that reaches back is silent until there is enough to reach back to, and nothing of what
// comes before the hole is played in its place.
func TestMendSilencesWhatReachesIntoAHole(t *testing.T) {
	frames := scanned(t, "mpeg1-44100-joint-vbr.mp3")
	first := slices.IndexFunc(frames, func(f frame) bool {
		from, to := f.header.sideInfo()
		return newSideInfo(f.header, f.data[from:to]).mainDataBegin() > len(f.data)/2
	})
	frames[first].gap = true
	var r reservoir
	for i, f := range frames {
		data, whole := r.mend(f)
		if i < first && !whole || i == first && whole || i > first+3 && !whole {
			t.Errorf("frame %d: got whole %v, want only frame %d and perhaps the next to be silent", i, whole, first)
		}
		if same := slices.Equal(data, f.data); same != whole {
			t.Errorf("frame %d: got it unchanged %v, want %v", i, same, whole)
		}
	}
}

// Intensity stereo with one signal and a direction for each band: whatever the directions, the mean of the channels
// is half the signal. Here the right channel has no values of its own.
func TestIntensityStereoIsExactInMono(t *testing.T) {
	frames := scanned(t, "mpeg1-44100-stereo.mp3")
	want := samplesIn(t, frames)
	for i, f := range frames {
		data := slices.Clone(f.data)
		data[3] = data[3]&0x0F | 0x50
		h, _ := parseHeader(data)
		frames[i] = frame{header: h, data: data, gap: f.gap}
		if mended, _ := new(reservoir).mend(frames[i]); !h.intensity || mended[3]&0x10 != 0 {
			t.Fatalf("frame %d: got the flag in a mended frame, want it cleared", i)
		}
	}
	if got := samplesIn(t, frames); !slices.Equal(got, want) {
		t.Error("got other samples than those of the frames without the flag")
	}
}

// scanned are the frames of a fixture.
func scanned(t *testing.T, name string) []frame {
	t.Helper()
	s, err := scan(fixture(t, name), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return s.frames
}

// samplesIn are the samples of both channels that the decoder makes of frames.
func samplesIn(t *testing.T, frames []frame) []float32 {
	t.Helper()
	d := decoding{feeder: feeder{frames: frames}}
	if err := d.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return append(d.left, d.right...)
}
