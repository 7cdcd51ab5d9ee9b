package plot

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"testing"
)

// tone is a sine of so many seconds.
func tone(amplitude, frequency, seconds float64, rate int) Signal {
	s := Signal{Samples: make([]float64, int(seconds*float64(rate))), Rate: rate}
	for i := range s.Samples {
		s.Samples[i] = amplitude * math.Sin(2*math.Pi*frequency*float64(i)/float64(rate))
	}
	return s
}

// drawn is f as a picture.
func drawn(t *testing.T, f Figure) *image.RGBA {
	t.Helper()
	var file bytes.Buffer
	if err := PNG(&file, f); err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewRGBA(decoded.Bounds())
	draw.Draw(picture, picture.Rect, decoded, decoded.Bounds().Min, draw.Src)
	return picture
}

// count is how many pixels have this colour, which is opaque.
func count(picture *image.RGBA, c color.NRGBA) (n int) {
	for at := 0; at < len(picture.Pix); at += 4 {
		if p := picture.Pix[at:]; p[0] == c.R && p[1] == c.G && p[2] == c.B {
			n++
		}
	}
	return n
}

func TestPNG(t *testing.T) {
	before, after := tone(0.5, 440, 3, 44100), tone(0.2, 440, 3, 8000)
	steps := []float64{0, 3, 6, 3, 0}
	reductions := []Reduction{{"one", steps, 2}, {"two", steps, 2}, {"three", steps, 2}, {"limiter", steps, 2}}
	none := []Reduction{{"one", nil, 8000}, {"two", []float64{0, 0}, 1}, {"three", nil, 1}, {"limiter", nil, 1}}
	tests := []struct {
		name   string
		figure Figure
		height int
		grey   bool // there is a signal before
		orange bool // there is a reduction of the first band
	}{
		{"all", Figure{"title", "subtitle", before, after, reductions}, 1420, true, true},
		{"reductions of nothing", Figure{"title", "subtitle", before, after, none}, 1420, true, false},
		{"signals alone", Figure{"title", "subtitle", before, after, nil}, 996, true, false},
		{"after alone", Figure{"title", "", Signal{}, after, nil}, 792, false, false},
		{"silence", Figure{"", "", Signal{make([]float64, 100), 8000}, Signal{make([]float64, 100), 8000}, nil}, 996, true, false},
		{"one sample", Figure{"", "", Signal{[]float64{1}, 8000}, Signal{[]float64{1}, 8000}, nil}, 996, true, false},
		{"beyond full scale", Figure{"", "", tone(9, 10, 1, 8000), tone(9, 10, 1, 16000), nil}, 996, true, false},
	}
	// Axes have the colour of the signal before.
	alone := count(drawn(t, Figure{Title: "title", After: after}), beforeColour)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			picture := drawn(t, tt.figure)
			if got := picture.Bounds().Size(); got != (image.Point{1200, tt.height}) {
				t.Errorf("size: got %v, want 1200 by %d", got, tt.height)
			}
			if got := count(picture, beforeColour); tt.grey != (got > alone+30) {
				t.Errorf("signal before: got %d pixels, and %d without one; want it drawn %v", got, alone, tt.grey)
			}
			if got := count(picture, orange) > 1000; got != tt.orange {
				t.Errorf("first reduction: got drawn %v, want %v", got, tt.orange)
			}
			if count(picture, blue) == 0 {
				t.Error("signal after: got nothing drawn")
			}
		})
	}
}

func TestNoSignalIsAnError(t *testing.T) {
	good := tone(0.5, 440, 1, 8000)
	for _, f := range []Figure{{}, {Before: good}, {After: Signal{good.Samples, 0}}, {Before: Signal{good.Samples, 0}, After: good}} {
		if err := PNG(&bytes.Buffer{}, f); err == nil {
			t.Errorf("%d samples at %d Hz: got no error", len(f.After.Samples), f.After.Rate)
		}
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrorOfTheWriter(t *testing.T) {
	if err := PNG(full{}, Figure{After: tone(0.5, 440, 1, 8000)}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

// TestLengthDoesNotMatter draws a tone that grows louder in one minute and in ten: the same waveform.
func TestLengthDoesNotMatter(t *testing.T) {
	growing := func(minutes float64) *image.RGBA {
		s := tone(0.5, 1000, 60*minutes, 8000)
		for i := range s.Samples {
			s.Samples[i] *= float64(i) / float64(len(s.Samples))
		}
		return drawn(t, Figure{After: s})
	}
	short, long := growing(1), growing(10)
	if short.Bounds() != long.Bounds() {
		t.Fatalf("got %v and %v, want one size", short.Bounds(), long.Bounds())
	}
	differ := 0
	for at := 0; at < int((margin+titleHeight+waveformHeight)/pixel)*short.Stride; at += 4 { // the waveform
		if a, b := short.Pix[at:at+3], long.Pix[at:at+3]; !bytes.Equal(a, b) {
			differ++
		}
	}
	if signal := count(short, blue); signal < 25_000 || differ > signal/4 {
		t.Errorf("got %d pixels that differ, of a signal of %d; want at most a quarter: edges and numbers", differ, signal)
	}
}
