package engine

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pickup/codec"
	"pickup/config"
	"pickup/dsp"
	"pickup/transport/rtp"
	"pickup/transport/sdp"
)

// Audio is what calls are played, prepared once in every encoding. It is immutable
// and shared by all calls; a reload makes another one.
type Audio struct {
	prompt   *codec.Prompt
	codecs   []sdp.Codec // in order of preference
	frames   int         // of one play
	silence  bool        // follows the prompt, which otherwise repeats
	warnings []string
}

// LoadAudio prepares the audio that is configured. The error names audio.source and
// says why it cannot be had. progress, unless nil, is told how much of a download
// has come; total is -1 when the other side does not say.
func LoadAudio(ctx context.Context, c *config.Config, progress func(done, total int64)) (*Audio, error) {
	options := AudioOptions(c)
	prompt, note, err := Source{
		Name:         c.Audio.Source,
		CacheDir:     c.Audio.CacheDir,
		AllowPrivate: c.Audio.AllowPrivateNetworks,
		Progress:     progress,
	}.Load(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("audio.source: %w", err)
	}
	audio := newAudio(prompt, options)
	audio.end(c.Audio)
	audio.warnings = slices.Clone(prompt.Notes())
	if note != "" {
		audio.warnings = append(audio.warnings, note)
	}
	return audio, nil
}

// end applies audio.at_end. Generated audio has no end.
func (a *Audio) end(c config.Audio) {
	switch {
	case endless(c.Source):
	case c.AtEnd == config.AtEndHangup:
		a.frames = min(a.frames, framesOf(a.prompt.Duration()))
	case c.AtEnd == config.AtEndSilence:
		a.silence = true
	}
}

// LoadAudioOrTone is [LoadAudio], and the tone of behavior.tone_frequency for
// behavior.tone_duration_seconds when that fails, unless audio.required is set.
func LoadAudioOrTone(ctx context.Context, c *config.Config, progress func(done, total int64)) (*Audio, error) {
	audio, err := LoadAudio(ctx, c, progress)
	if err == nil || c.Audio.Required {
		return audio, err
	}
	options := AudioOptions(c)
	options.Duration = time.Duration(c.Behavior.ToneDurationSeconds) * time.Second
	tone := codec.Tone{Frequencies: []float64{c.Behavior.ToneFrequency}}
	prompt, toneErr := codec.LoadTone(ctx, tone, options)
	if toneErr != nil {
		return nil, fmt.Errorf("%w; and for the tone instead: %w", err, toneErr)
	}
	audio = newAudio(prompt, options)
	audio.warnings = []string{fmt.Sprintf("%v; calls hear %s for %v instead", err, prompt.Source(), options.Duration)}
	return audio, nil
}

// AudioOptions says how the configuration wants audio prepared.
func AudioOptions(c *config.Config) codec.Options {
	p := c.AudioProcessing
	chain := dsp.Chain{
		Enabled:  p.Enabled,
		Bandpass: dsp.Bandpass{Low: p.BandpassLowFreq, High: p.BandpassHighFreq},
		Presence: dsp.Presence{Alpha: p.PreemphasisAlpha},
		Expander: dsp.Expander{Threshold: p.NoiseGateThreshold, Floor: p.NoiseGateRatio},
		Multiband: dsp.Multiband{
			Crossover: dsp.Crossover{Low: p.BandSplitFreq1, High: p.BandSplitFreq2},
			Bands:     [3]dsp.Compressor{compressor(p.Band1Compressor), compressor(p.Band2Compressor), compressor(p.Band3Compressor)},
		},
		Loudness: c.Audio.LoudnessTarget,
		Ceiling:  p.SoftLimiterThreshold,
	}
	wide := chain
	wide.Bandpass = dsp.Bandpass{Low: p.Wideband.BandpassLowFreq, High: p.Wideband.BandpassHighFreq}
	wide.Presence = dsp.Presence{Alpha: p.Wideband.PreemphasisAlpha}
	return codec.Options{
		Duration: c.Audio.Duration(),
		Formats:  formatsOf(c.Media.PreferredCodecs),
		Rate:     c.Media.AudioSampleRate,
		Chain:    chain,
		Wide:     wide,
	}
}

func compressor(c config.Compressor) dsp.Compressor {
	return dsp.Compressor{
		Enabled:         c.Enabled,
		TargetLevel:     c.TargetLevel,
		ThresholdFactor: c.ThresholdFactor,
		Ratio:           c.Ratio,
		KneeWidth:       c.KneeWidth,
		Attack:          seconds(c.AttackTime),
		Release:         seconds(c.ReleaseTime),
	}
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// formatsOf finds the formats by their names, which the configuration has checked.
func formatsOf(names []string) []codec.Format {
	var formats []codec.Format
	for _, name := range names {
		if f, ok := codec.FormatNamed(name); ok {
			formats = append(formats, f)
		}
	}
	return formats
}

// newAudio plays the prompt for the play time of its options, again and again where
// it is shorter.
func newAudio(prompt *codec.Prompt, options codec.Options) *Audio {
	return &Audio{prompt: prompt, codecs: codecsOf(options.Formats), frames: framesOf(options.Duration)}
}

func framesOf(d time.Duration) int { return int(d / codec.FrameDuration) }

// Warnings say what is wrong with audio that is played nevertheless, each in one line.
func (a *Audio) Warnings() []string { return a.warnings }

// String says what is played, for how long, in which encodings.
func (a *Audio) String() string {
	return fmt.Sprintf("%s, %v in %s", a.prompt.Source(), a.duration(), names(a.codecs))
}

// duration is the time of one play.
func (a *Audio) duration() time.Duration { return time.Duration(a.frames) * codec.FrameDuration }

// track is the audio in the codec of this name, which is one of a's.
func (a *Audio) track(codecName string) rtp.Source {
	track, ok := a.prompt.Track(codecName)
	if !ok {
		panic("engine: no track in " + codecName)
	}
	if a.silence {
		return track.ThenSilence()
	}
	return track
}

// codecsOf lists the formats as session descriptions name them.
func codecsOf(formats []codec.Format) []sdp.Codec {
	list := make([]sdp.Codec, len(formats))
	for i, f := range formats {
		list[i] = sdp.Codec{Name: f.Name, PayloadType: f.PayloadType, ClockRate: f.ClockRate}
	}
	return list
}

// names joins the names of the codecs in order of preference.
func names(codecs []sdp.Codec) string {
	list := make([]string, len(codecs))
	for i, c := range codecs {
		list[i] = c.Name
	}
	return strings.Join(list, ", ")
}
