package render

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/codec"
	"pickup/dsp"
)

// chain is like that of the defaults.
func chain(low, high float64) dsp.Chain {
	band := func(target, factor float64) dsp.Compressor {
		return dsp.Compressor{
			Enabled: true, TargetLevel: target, ThresholdFactor: factor, Ratio: 3, KneeWidth: 0.1,
			Attack: 10 * time.Millisecond, Release: 100 * time.Millisecond,
		}
	}
	return dsp.Chain{
		Enabled:  true,
		Bandpass: dsp.Bandpass{Low: low, High: high},
		Expander: dsp.Expander{Threshold: 0.01, Floor: 0.1},
		Presence: dsp.Presence{Alpha: 0.5},
		Multiband: dsp.Multiband{
			Crossover: dsp.Crossover{Low: 800, High: 2500},
			Bands:     [3]dsp.Compressor{band(0.4, 0.3), band(0.6, 0.75), band(0.7, 0.8)},
		},
		Loudness: -22,
		Ceiling:  0.9,
	}
}

func options(f codec.Format) Options {
	return Options{
		Audio:  codec.Options{Duration: 2 * time.Second, Chain: chain(300, 3400), Wide: chain(50, 7000)},
		Format: f,
	}
}

// wav is a WAV file of 2.5 s at 16 kHz: a second of a tone, silence, a second of another one.
func wav(t *testing.T) []byte {
	t.Helper()
	samples := make([]int16, 40000)
	for i := range samples {
		switch second := i / 16000; second {
		case 0, 2:
			f := []float64{400, 0, 1500}[second]
			samples[i] = int16(8000*math.Sin(2*math.Pi*f*float64(i)/16000) + 300)
		}
	}
	var file bytes.Buffer
	if err := codec.WriteWAV(&file, samples, 16000); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func file(data []byte) Load {
	return func(ctx context.Context, o codec.Options) (*codec.Prompt, error) {
		return codec.Load(ctx, bytes.NewReader(data), "test.wav", o)
	}
}

func render(t *testing.T, load Load, opt Options) *Result {
	t.Helper()
	r, err := Render(t.Context(), load, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRenderIsWhatACallGets prepares the same file as a server does.
func TestRenderIsWhatACallGets(t *testing.T) {
	for _, f := range codec.Formats() {
		opt := options(f)
		r := render(t, file(wav(t)), opt)
		served := opt.Audio
		served.Formats = codec.Formats()
		prompt, err := file(wav(t))(t.Context(), served)
		if err != nil {
			t.Fatal(err)
		}
		track, _ := prompt.Track(f.Name)
		var want []byte
		for n := range track.Frames() {
			want = append(want, track.Frame(n)...)
		}
		if !bytes.Equal(r.Payload, want) || len(want) != 16000 {
			t.Errorf("%s: got another payload of %d bytes than the %d that are sent", f.Name, len(r.Payload), len(want))
		}
		if !slices.Equal(r.Heard, f.Decode(want)) {
			t.Errorf("%s: what is heard is not what the payload decodes to", f.Name)
		}
	}
}

func TestReport(t *testing.T) {
	for _, f := range codec.Formats() {
		r := render(t, file(wav(t)), options(f)).Report
		if r.Source != "test.wav" || r.Codec != f.Name || r.Before == nil || r.Chain == nil {
			t.Fatalf("%s: got %+v, want source, codec, before and chain", f.Name, r)
		}
		near := func(name string, got Value, want, within float64) {
			if !(math.Abs(float64(got)-want) <= within) {
				t.Errorf("%s: %s: got %v, want %v within %v", f.Name, name, got, want, within)
			}
		}
		near("seconds before", r.Before.DurationSeconds, 2, 0)
		near("rate before", Value(r.Before.SampleRateHz), 16000, 0)
		near("peak before", r.Before.SamplePeakDBFS, 20*math.Log10(8300.0/32768), 0.01)
		near("DC before", r.Before.DCFullScale, 150.0/32768, 1e-4) // in half of the time
		near("seconds after", r.After.DurationSeconds, 2, 0)
		near("rate after", Value(r.After.SampleRateHz), float64(f.SampleRate), 0)
		near("loudness after", r.After.LoudnessLUFS, -22, 0.2)
		near("DC after", r.After.DCFullScale, 0, 0.0005)
		near("clipped after", Value(r.After.ClippedSamples), 0, 0)
		near("rate of the chain", Value(r.Chain.SampleRateHz), float64(f.SampleRate), 0)
		near("upper edge", r.Chain.Bands[2].ToHz, float64(f.SampleRate)/2, 0)
		// A tone of 400 Hz in one of two seconds, an octave below an edge of 4th order: 3, 3 and 0.5 dB below its peak.
		near("low band before", r.Chain.Bands[0].BeforeDBFS, 20*math.Log10(8000.0/32768/2/(1+1.0/16)), 0.1)
		// -22 LUFS, and 0.7 dB more in effective level, in one of two seconds; 0.5 dB less at the edge of the band, and 0.7
		// more as the blocks that hold the end of the tone pull its loudness down.
		near("low band after", r.Chain.Bands[0].AfterDBFS, -24.1, 0.3)
		near("expander closed", r.Chain.ExpanderClosedShare, 0.37, 0.05) // a second without hold and closing
		if low, mid := r.Chain.Bands[0], r.Chain.Bands[1]; !(low.MaxDB > 1 && low.MeanDB > 0.2 && low.MeanDB < low.MaxDB && mid.MaxDB < low.MaxDB) {
			t.Errorf("%s: reductions: got %+v and %+v, want most in the low band", f.Name, low, mid)
		}
	}
}

// TestReportOfLittle has sources without a level, and without a preparation.
func TestReportOfLittle(t *testing.T) {
	var silence bytes.Buffer
	if err := codec.WriteWAV(&silence, make([]int16, 8000), 8000); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name          string
		load          Load
		before, chain bool
	}{
		{"silent file", file(silence.Bytes()), true, true},
		{"silence", codec.LoadSilence, false, false},
		{"milliwatt", codec.LoadMilliwatt, false, false},
		{"tone", func(ctx context.Context, o codec.Options) (*codec.Prompt, error) {
			return codec.LoadTone(ctx, codec.Tone{Frequencies: []float64{440}}, o)
		}, false, false},
	}
	for _, tt := range tests {
		r := render(t, tt.load, options(codec.PCMU)).Report
		if (r.Before != nil) != tt.before || (r.Chain != nil) != tt.chain {
			t.Errorf("%s: got before %v, chain %v, want %v, %v", tt.name, r.Before, r.Chain, tt.before, tt.chain)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		quiet := strings.Contains(tt.name, "sil")
		if got := strings.Contains(string(text), `"after":{"duration_seconds":`) && strings.Contains(string(text), `"sample_peak_dbfs":null`); got != quiet {
			t.Errorf("%s: got %s, want a level of null %v", tt.name, text, quiet)
		}
	}
}

// TestLevelOnly has a chain that only sets the level.
func TestLevelOnly(t *testing.T) {
	opt := options(codec.PCMA)
	opt.Audio.Chain.Enabled = false
	r := render(t, file(wav(t)), opt).Report
	if r.Chain == nil || r.Chain.Enabled || r.Chain.ExpanderClosedShare != 0 || r.Chain.Bands[0].MaxDB != 0 || r.Chain.Limiter.MaxDB != 0 {
		t.Errorf("got %+v, want a chain that is not enabled and reduced nothing", r.Chain)
	}
}

func TestStage(t *testing.T) {
	rates := map[string]int{codec.StageSource: 16000}
	for _, name := range Stages() {
		opt := options(codec.PCMU)
		opt.Stage = name
		r := render(t, file(wav(t)), opt)
		want := 8000
		if rate, ok := rates[name]; ok {
			want = rate
		}
		if r.Stage.Rate != want || len(r.Stage.Samples) != 2*want {
			t.Errorf("%s: got %d samples at %d Hz, want 2 s at %d Hz", name, len(r.Stage.Samples), r.Stage.Rate, want)
		}
	}
	opt := options(codec.PCMU)
	opt.Stage = "nope"
	if _, err := Render(t.Context(), file(wav(t)), opt); err == nil || !strings.Contains(err.Error(), `"nope": allowed are source, resample, bandpass`) {
		t.Errorf("unknown stage: got %v, want the list of stages", err)
	}
	opt.Stage = dsp.StageLevel
	if _, err := Render(t.Context(), codec.LoadSilence, opt); err == nil || !strings.Contains(err.Error(), "no stage of it") {
		t.Errorf("stage of silence: got %v, want an error", err)
	}
}

// TestStagesDiffer compares the mean in front of the resampler and behind it, for the constant part that is removed.
func TestStagesDiffer(t *testing.T) {
	dc := func(stage string) float64 {
		opt := options(codec.PCMU)
		opt.Stage = stage
		return mean(render(t, file(wav(t)), opt).Stage.Samples)
	}
	if before, after := dc(codec.StageSource), dc(dsp.StageResample); before < 0.004 || math.Abs(after) > 0.001 {
		t.Errorf("mean: got %v before and %v behind, want it gone", before, after)
	}
}

func TestPlotKeepsTheSignals(t *testing.T) {
	opt := options(codec.G722)
	if r := render(t, file(wav(t)), opt); r.Before.Samples != nil {
		t.Errorf("without plot: got %d samples, want none kept", len(r.Before.Samples))
	}
	opt.Plot = true
	r := render(t, file(wav(t)), opt)
	if r.Before.Rate != 16000 || len(r.Before.Samples) != 32000 {
		t.Errorf("got %d samples at %d Hz before, want 32000 at 16000", len(r.Before.Samples), r.Before.Rate)
	}
	for i, c := range []dsp.Curve{r.Chain.Compressor[0], r.Chain.Compressor[2], r.Chain.Limiter, r.Chain.Expander} {
		if len(c.Reduction) != 2*c.Rate {
			t.Errorf("curve %d: got %d values at %d Hz, want 2 s", i, len(c.Reduction), c.Rate)
		}
	}
}

// TestSecondLoadCounts loads twice, as a download does whose file was refused.
func TestSecondLoadCounts(t *testing.T) {
	opt := options(codec.PCMU)
	last, begun := 0, 0
	opt.Progress = func(done, all int) {
		if done == 1 {
			begun++
		}
		if done < 1 || done > all {
			t.Errorf("progress: got %d of %d", done, all)
		}
		last = 100 * done / all
	}
	want := render(t, file(wav(t)), options(codec.PCMU)).Report
	got := render(t, func(ctx context.Context, o codec.Options) (*codec.Prompt, error) {
		if _, err := codec.LoadBuiltin(ctx, o); err != nil {
			return nil, err
		}
		return file(wav(t))(ctx, o)
	}, opt).Report
	if *got.Before != *want.Before || got.After != want.After {
		t.Errorf("got %+v, want that of the second file %+v", got, want)
	}
	if last != 100 || begun != 2 {
		t.Errorf("progress: got %d %% at the end after %d beginnings, want 100 and 2", last, begun)
	}
}

func TestErrorOfTheSource(t *testing.T) {
	gone := errors.New("gone")
	_, err := Render(t.Context(), func(context.Context, codec.Options) (*codec.Prompt, error) { return nil, gone }, options(codec.PCMU))
	if !errors.Is(err, gone) {
		t.Errorf("got %v, want %v", err, gone)
	}
}

// TestBandsBeyondWhatIsHeard has a chain at twice the sample rate of what is heard, with edges above half of that.
func TestBandsBeyondWhatIsHeard(t *testing.T) {
	tests := []struct {
		low, high float64
		want      []float64 // edges
	}{
		{800, 2500, []float64{0, 800, 2500, 4000}},
		{800, 5000, []float64{0, 800, 4000}},
		{800, 4000, []float64{0, 800, 4000}},
		{4200, 6500, []float64{0, 4000}},
	}
	for _, tt := range tests {
		opt := options(codec.PCMU)
		opt.Audio.Rate = 16000
		opt.Audio.Chain.Bandpass.High = 7000
		opt.Audio.Chain.Multiband.Crossover = dsp.Crossover{Low: tt.low, High: tt.high}
		bands := render(t, file(wav(t)), opt).Report.Chain.Bands
		if len(bands) != len(tt.want)-1 {
			t.Errorf("%v and %v Hz: got %d bands, want %d", tt.low, tt.high, len(bands), len(tt.want)-1)
			continue
		}
		for i, b := range bands {
			if float64(b.FromHz) != tt.want[i] || float64(b.ToHz) != tt.want[i+1] {
				t.Errorf("%v and %v Hz: band %d: got %v to %v Hz, want %v to %v", tt.low, tt.high, i+1, b.FromHz, b.ToHz, tt.want[i], tt.want[i+1])
			}
		}
		// Half of the time a tone of 400 Hz, and later one of 1500 Hz, which are heard at -22 LUFS.
		if top := bands[min(1, len(bands)-1)]; !(top.AfterDBFS > -50 && top.BeforeDBFS > -50) {
			t.Errorf("%v and %v Hz: got %v and %v dBFS in the band below 4000 Hz, want the tones", tt.low, tt.high, top.BeforeDBFS, top.AfterDBFS)
		}
	}
}

// TestClippedSource counts in the channels, by the range of the format of the file.
func TestClippedSource(t *testing.T) {
	header := func(tag, channels, bits int) []byte {
		le := binary.LittleEndian
		b := le.AppendUint32([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16)
		b = le.AppendUint16(le.AppendUint16(b, uint16(tag)), uint16(channels))
		b = le.AppendUint32(le.AppendUint32(b, 8000), uint32(8000*channels*bits/8))
		b = le.AppendUint16(le.AppendUint16(b, uint16(channels*bits/8)), uint16(bits))
		return append(b, "data\xFF\xFF\xFF\xFF"...)
	}
	tests := []struct {
		name                string
		tag, channels, bits int
		middle, end         string // a sample of all channels, and what is clipped
		want                int
	}{
		{"8 bits", 1, 1, 8, "\x80", "\xFF\xFF\xFF", 3},
		{"16 bits, left", 1, 2, 16, "\x00\x00\x00\x00", "\xFF\x7F\x00\x00\xFF\x7F\x00\x00", 2},
		{"16 bits, both", 1, 2, 16, "\x00\x00\x00\x00", "\xFF\x7F\x00\x80\xFF\x7F\x00\x80", 4},
		{"mu-law", 7, 1, 8, "\xFF", "\x80\x80\xFF\x00\x00", 4},
		{"A-law", 6, 1, 8, "\xD5", "\xAA\xAA", 2},
		{"24 bits", 1, 1, 24, "\x00\x00\x00", "\xFF\xFF\x7F\xFF\xFF\x7F", 2},
		{"float", 3, 1, 32, "\x00\x00\x00\x00", "\x00\x00\x80\x3F\x00\x00\x80\x3F", 2},
	}
	for _, tt := range tests {
		data := append(header(tt.tag, tt.channels, tt.bits), strings.Repeat(tt.middle, 800)...)
		data = append(append(data, tt.end...), strings.Repeat(tt.middle, 800)...)
		if got := render(t, file(data), options(codec.PCMU)).Report.Before.ClippedSamples; got != tt.want {
			t.Errorf("%s: got %d clipped samples, want %d", tt.name, got, tt.want)
		}
	}
}
