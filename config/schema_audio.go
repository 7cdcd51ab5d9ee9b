package config

import "time"

// Audio is the section [audio]: what the caller hears.
type Audio struct {
	Source               string  `koanf:"source" form:"source" doc:"What a caller hears: builtin is the recording in the binary; a path (relative to the working directory) or a URL names an MP3 or WAV file; tone:440 and tone:350+440 are tones, milliwatt is the 0 dBm0 test tone of G.711, silence is silence."`
	DurationSeconds      float64 `koanf:"duration_seconds" unit:"s" min:"0.02" max:"3600" doc:"How long a caller is played to, rounded to whole frames of 20 ms; longer audio is cut, for shorter audio see at_end."`
	AtEnd                string  `koanf:"at_end" names:"loop,hangup,silence" doc:"What follows audio that is shorter than duration_seconds: the same again, the end of the call, or silence."`
	LoudnessTarget       float64 `koanf:"loudness_target" unit:"LUFS" min:"-30" max:"-14" doc:"Loudness that files are brought to (ITU-R BS.1770); -22 LUFS are -22 dB of full scale, or -15.8 dBm0 on the scale of G.711, for a tone of 1 kHz."`
	Required             bool    `koanf:"required" doc:"Do not start when the audio cannot be had; when false, the tone of tone_frequency is played for tone_duration_seconds instead."`
	CacheDir             string  `koanf:"cache_dir" form:"optional path" doc:"Directory in which the file of a URL is kept; empty is pickup in the cache directory of the service or the user."`
	AllowPrivateNetworks bool    `koanf:"allow_private_networks" doc:"Fetch the URL from loopback, private and link-local addresses too."`
}

// The values of Audio.Source that name no file.
const (
	BuiltinSource   = "builtin"
	MilliwattSource = "milliwatt"
	SilenceSource   = "silence"
	TonePrefix      = "tone:"
)

// The values of Audio.AtEnd.
const (
	AtEndLoop    = "loop"
	AtEndHangup  = "hangup"
	AtEndSilence = "silence"
)

func defaultAudio() Audio {
	return Audio{Source: BuiltinSource, DurationSeconds: 30, AtEnd: AtEndLoop, LoudnessTarget: -22}
}

// frame is the step that Duration is rounded to: one RTP packet.
const frame = 20 * time.Millisecond

// Duration is how long a caller is played to, in whole frames of 20 ms.
func (a Audio) Duration() time.Duration {
	return time.Duration(a.DurationSeconds * float64(time.Second)).Round(frame)
}
