package codec

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pickup/dsp"
)

// chains is a narrow and a wide chain as a configuration may have them.
func chains() (narrow, wide dsp.Chain) {
	band := dsp.Compressor{Enabled: true, TargetLevel: 0.5, ThresholdFactor: 0.8, Ratio: 2, KneeWidth: 0.1,
		Attack: 5 * time.Millisecond, Release: 100 * time.Millisecond}
	narrow = dsp.Chain{
		Enabled:   true,
		Bandpass:  dsp.Bandpass{Low: 300, High: 3400},
		Expander:  dsp.Expander{Threshold: 0.01, Floor: 0.3},
		Presence:  dsp.Presence{Alpha: 0.5},
		Multiband: dsp.Multiband{Crossover: dsp.Crossover{Low: 800, High: 2000}, Bands: [3]dsp.Compressor{band, band, band}},
		Loudness:  -22,
		Ceiling:   0.9,
	}
	wide = narrow
	wide.Bandpass = dsp.Bandpass{Low: 50, High: 7000}
	return narrow, wide
}

// A tone above 4 kHz is heard in G.722 and not in G.711; its level is that of the file.
func TestBands(t *testing.T) {
	tests := []struct{ hertz, narrow, wide float64 }{ // levels in dB
		{1020, -20, -20},
		{3400, -20, -20},
		{5000, -60, -20},
		{7000, -60, -20},
	}
	for _, tt := range tests {
		p := load(t, wavOf(toneAudio(tt.hertz, 0.1, 48000, 24000)), Options{Duration: time.Minute, Formats: Formats()})
		for _, f := range Formats() {
			track, _ := p.Track(f.Name)
			x := decoded(track)
			x = x[len(x)/4 : len(x)*3/4]
			a, _ := component(x, f.SampleRate, tt.hertz)
			got, want := 20*math.Log10(a), tt.narrow
			if f.Band() == Wide {
				want = tt.wide
			}
			// What is above 4 kHz must not come back mirrored either.
			if rms := 20 * math.Log10(math.Sqrt(2)*rmsOf(x)); want == -60 && rms > want {
				t.Errorf("%s: %v Hz: got a residue of %.1f dB, want at most %.1f dB", f.Name, tt.hertz, rms, want)
			}
			if want == -20 && math.Abs(got-want) > 0.3 {
				t.Errorf("%s: %v Hz: got %.2f dB, want %.2f dB", f.Name, tt.hertz, got, want)
			}
		}
	}
}

// A tone at rates that have nothing in common with 8 kHz comes out in every format, no more than 0.05 % off in pitch.
func TestPrepareAnyRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{4000, 4001, 4002, 8001, 11026, 12345, 15998, 19998, 22257, 44101, 191999} {
		if r := rationalRate(rate); math.Abs(float64(r-rate)) > 0.0005*float64(rate) || r < dsp.MinRate || r > dsp.MaxRate {
			t.Errorf("%d Hz: got taken for %d Hz, want at most 0.05 %% off", rate, r)
		}
		for _, narrow := range []int{8000, 16000} {
			samples, err := samplesOfAudio(toneAudio(1020, 0.5, rate, rate/2), Options{Duration: time.Minute, Formats: Formats(), Rate: narrow})
			if err != nil {
				t.Errorf("%d Hz, narrow band at %d Hz: %v", rate, narrow, err)
				continue
			}
			for band, sampleRate := range map[Band]int{Narrow: narrowRate, Wide: wideRate} {
				x := samples[band]
				got := measure(floats(x[len(x)/4:len(x)*3/4]), sampleRate, 1020)
				if math.Abs(got.frequency/1020-1) > 0.00051 || math.Abs(got.level+6.0206) > 0.05 {
					t.Errorf("%d Hz, %s band: got %.2f Hz at %.3f dB, want 1020 Hz within 0.05 %% at -6.02 dB", rate, band, got.frequency, got.level)
				}
			}
		}
	}
}

// An error about both bands is one line.
func TestPrepareErrorIsOneLine(t *testing.T) {
	_, err := prepare(t.Context(), make([]float64, 10), 100, Options{Duration: time.Minute, Formats: Formats()})
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line", err)
	}
}

// At a rate of 16 kHz the chain of the narrow band has the whole sound before it; what comes out is at 8 kHz.
func TestNarrowBandAtTwiceTheRate(t *testing.T) {
	audio := toneAudio(1020, 0.5, 44100, 44100)
	samples, err := samplesOfAudio(audio, Options{Duration: time.Minute, Formats: both, Rate: 16000})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(samples[Narrow]); got != narrowRate {
		t.Fatalf("got %d samples, want %d", got, narrowRate)
	}
	got := measure(floats(samples[Narrow][1600:7200]), narrowRate, 1020)
	checkTone(t, got)
	if got.noise > -80 {
		t.Errorf("THD+N: got %.1f dB, want at most -80 dB", got.noise)
	}
}

// recorder keeps what it sees.
type recorder struct {
	mu      sync.Mutex
	decoded []Audio
	stages  map[Band][]string
	rates   map[Band][]int
	last    map[Band][]float64
	reports map[Band]dsp.Report
}

func newRecorder() *recorder {
	return &recorder{stages: map[Band][]string{}, rates: map[Band][]int{}, last: map[Band][]float64{}, reports: map[Band]dsp.Report{}}
}

func (r *recorder) Decoded(a Audio) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.stages) > 0 {
		panic("codec: test: decoded behind a stage")
	}
	r.decoded = append(r.decoded, a)
}

func (r *recorder) Stage(band Band, stage string, x []float64, rate int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stages[band] = append(r.stages[band], stage)
	r.rates[band] = append(r.rates[band], rate)
	r.last[band] = slices.Clone(x)
}

func (r *recorder) Report(band Band, report dsp.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reports[band] = report
}

func TestObserver(t *testing.T) {
	narrow, wide := chains()
	r := newRecorder()
	opt := Options{Duration: 500 * time.Millisecond, Formats: Formats(), Rate: 16000, Chain: narrow, Wide: wide, Observer: r}
	p := load(t, wavOf(toneAudio(1020, 0.1, 32000, 32000)), opt)
	if len(r.decoded) != 1 || r.decoded[0].Rate != 32000 || len(r.decoded[0].Left) == 0 || r.decoded[0].Largest != 32767.0/32768 {
		t.Errorf("decoded: got %d times, want once, at 32000 Hz, of 16 bits", len(r.decoded))
	}
	wantStages := append([]string{StageSource}, dsp.Stages()...)
	wantRates := map[Band][]int{
		Narrow: {32000, 16000, 16000, 16000, 16000, 16000, 16000, 8000, 8000},
		Wide:   {32000, 16000, 16000, 16000, 16000, 16000, 16000, 16000, 16000},
	}
	for _, f := range []Format{PCMU, G722} {
		band := f.Band()
		if got := r.stages[band]; !slices.Equal(got, wantStages) {
			t.Errorf("%s: got stages %q, want %q", band, got, wantStages)
		}
		if got := r.rates[band]; !slices.Equal(got, wantRates[band]) {
			t.Errorf("%s: got rates %d, want %d", band, got, wantRates[band])
		}
		if got, ok := r.reports[band]; !ok || got.LoudnessGain == 0 {
			t.Errorf("%s: got report %v (%v), want one with a gain", band, got.LoudnessGain, ok)
		}
		track, _ := p.Track(f.Name)
		want := newTrack(f, dsp.Quantise(r.last[band])).payload
		if !bytes.Equal(track.payload, want) {
			t.Errorf("%s: the last stage is not what was encoded", band)
		}
	}
}

// The zero chain has nothing to report.
func TestObserverWithoutChain(t *testing.T) {
	r := newRecorder()
	load(t, wavOf(toneAudio(1020, 0.1, 8000, 800)), Options{Duration: time.Second, Formats: both, Observer: r})
	if got, want := r.stages[Narrow], []string{StageSource, dsp.StageResample, dsp.StageEdges}; !slices.Equal(got, want) {
		t.Errorf("got stages %q, want %q", got, want)
	}
	if len(r.stages[Wide]) > 0 || len(r.reports) > 0 {
		t.Errorf("got wide stages %q and %d reports, want none", r.stages[Wide], len(r.reports))
	}
}

// The end of the play time within a longer file is as it would be in the middle, but for the fade: the same as
// of a file that goes on.
func TestTheCutDisturbsNothing(t *testing.T) {
	narrow, wide := chains()
	// At the edge of the resampling filter, which rings longest there.
	audio := toneAudio(3650, 0.9, 32000, 32000*3/2)
	for _, chained := range []bool{false, true} {
		opt := Options{Formats: Formats()}
		if chained {
			opt.Chain, opt.Wide = narrow, wide
		}
		opt.Duration = time.Second
		cut := audio
		n := audio.Rate + int(margin*32000/time.Second)
		cut.Left, cut.Right = audio.Left[:n], audio.Right[:n] // what Decode gives of it
		short, err := samplesOfAudio(cut, opt)
		if err != nil {
			t.Fatal(err)
		}
		opt.Duration = time.Minute
		long, err := samplesOfAudio(audio, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []Format{PCMU, G722} {
			got, want := floats(short[f.Band()]), floats(long[f.Band()][:f.SampleRate])
			dsp.FadeEdges(want, f.SampleRate, 0, fadeOut)
			worst := 0.0
			for i := range want {
				worst = max(worst, math.Abs(got[i]-want[i]))
			}
			// The loudness of two lengths of the same sound differs in the last digits.
			if worst > 0.0003 {
				t.Errorf("%s band, chain %v: got a difference of %.5f of full scale, want at most 0.0003", f.Band(), chained, worst)
			}
		}
	}
}

// What is heard first is heard when it is in the file.
func TestFirstSound(t *testing.T) {
	narrow, wide := chains()
	for _, rate := range []int{8000, 44100} {
		audio := toneAudio(1020, 0.2, rate, rate)
		for i := range rate / 2 { // silent for half a second
			audio.Left[i] = 0
		}
		p := load(t, wavOf(audio), Options{Duration: time.Minute, Formats: Formats(), Chain: narrow, Wide: wide})
		for _, f := range Formats() {
			track, _ := p.Track(f.Name)
			x := decoded(track)
			first := slices.IndexFunc(x, func(v float64) bool { return math.Abs(v) > 0.02 })
			at := time.Duration(first) * time.Second / time.Duration(f.SampleRate)
			if at < 490*time.Millisecond || at > 510*time.Millisecond {
				t.Errorf("%s from %d Hz: got the first sound at %v, want 500ms", f.Name, rate, at)
			}
		}
	}
}

// The same file gives the same bytes, also while others are prepared.
func TestLoadIsDeterministic(t *testing.T) {
	narrow, wide := chains()
	opt := Options{Duration: 300 * time.Millisecond, Formats: Formats(), Chain: narrow, Wide: wide}
	file := fixture(t, "mpeg2-16000-mono.mp3")
	prompts := make([]*Prompt, 4)
	var loading sync.WaitGroup
	for i := range prompts {
		loading.Go(func() {
			p, err := Load(t.Context(), bytes.NewReader(file), "test.mp3", opt)
			if err != nil {
				t.Error(err)
				return
			}
			prompts[i] = p
		})
	}
	loading.Wait()
	for i, p := range prompts[1:] {
		for _, f := range Formats() {
			a, _ := prompts[0].Track(f.Name)
			b, _ := p.Track(f.Name)
			if !bytes.Equal(a.payload, b.payload) || !bytes.Equal(a.repeat, b.repeat) || !bytes.Equal(a.silence, b.silence) {
				t.Errorf("%s: prompt %d differs from the first", f.Name, i+1)
			}
		}
	}
}

// A prompt with the default kind of chain lands at its loudness; the dsp package has the rest.
func TestChainIsApplied(t *testing.T) {
	narrow, wide := chains()
	for _, amplitude := range []float64{0.01, 0.9} {
		audio := toneAudio(1020, amplitude, 32000, 32000)
		for _, rate := range []int{8000, 16000} {
			samples, err := samplesOfAudio(audio, Options{Duration: time.Minute, Formats: Formats(), Rate: rate, Chain: narrow, Wide: wide})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []Format{PCMU, G722} {
				got := dsp.Loudness(floats(samples[f.Band()]), f.SampleRate)
				if math.Abs(got+22) > 0.5 {
					t.Errorf("%v, %d Hz, %s band: got %.2f LUFS, want -22 LUFS", amplitude, rate, f.Band(), got)
				}
			}
		}
	}
}

// samplesOfAudio is the audio as Load prepares it.
func samplesOfAudio(a Audio, opt Options) (map[Band][]int16, error) {
	p, err := prepare(context.Background(), a.mix(), a.Rate, opt)
	return p.samples, err
}

// rmsOf is the root of the mean square.
func rmsOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// wavOf is the left channel as a WAV file.
func wavOf(a Audio) []byte {
	var file bytes.Buffer
	if err := WriteWAV(&file, dsp.Quantise(a.mix()), a.Rate); err != nil {
		panic(fmt.Sprintf("codec: test: %v", err))
	}
	return file.Bytes()
}
