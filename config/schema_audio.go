package config

import "time"

// Audio is the section [audio]: what the caller hears.
type Audio struct {
	Source          string  `koanf:"source" form:"source" doc:"What a caller hears: builtin is the audio in the binary; a path is relative to the working directory."`
	DurationSeconds float64 `koanf:"duration_seconds" unit:"s" min:"0.02" max:"3600" doc:"How long a caller is played to, rounded to whole frames of 20 ms; longer audio is cut, shorter audio repeats."`
}

// BuiltinSource is the value of Audio.Source that names the audio inside the
// binary.
const BuiltinSource = "builtin"

func defaultAudio() Audio {
	return Audio{Source: BuiltinSource, DurationSeconds: 30}
}

// frame is the step that Duration is rounded to: one RTP packet of G.711.
const frame = 20 * time.Millisecond

// Duration is how long a caller is played to, in whole frames of 20 ms.
func (a Audio) Duration() time.Duration {
	return time.Duration(a.DurationSeconds * float64(time.Second)).Round(frame)
}
