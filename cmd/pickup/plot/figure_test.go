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

// TestLengthDoesNotMatter draws a picture of a long signal with no more points than one of a short signal.
func TestLengthDoesNotMatter(t *testing.T) {
	e := envelope{values: make([]float64, 3_000_000), rate: 8000}
	least, greatest := e.bounds(1000, 375)
	if len(least) != 1000 || len(greatest) != 1000 {
		t.Errorf("got %d and %d points, want 1000", len(least), len(greatest))
	}
}
