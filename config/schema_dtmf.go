package config

// The values of dtmf.inband.
const (
	InbandAuto   = "auto"   // only when the caller did not agree on telephone-event
	InbandAlways = "always" // also beside telephone-event
	InbandNever  = "never"
)

// DTMF is the section [dtmf]: how digits of the caller are heard, when media.enable_dtmf is
// true, and what they do.
type DTMF struct {
	Inband  string `koanf:"inband" names:"auto,always,never" doc:"Look for digits in the audio of G.711 (ITU-T Q.23): auto only when the caller did not agree on telephone-event, always also beside it."`
	Hangup  string `koanf:"hangup" form:"key" doc:"Digit that ends the call; empty for none."`
	Restart string `koanf:"restart" form:"key" doc:"Digit that plays the audio from its beginning; empty for none. behavior.call_timeout_seconds goes on."`
}

func defaultDTMF() DTMF { return DTMF{Inband: InbandAuto} }

// HangupKey is the digit that ends a call, 0 for none.
func (d DTMF) HangupKey() byte { return firstByte(d.Hangup) }

// RestartKey is the digit that plays the audio anew, 0 for none.
func (d DTMF) RestartKey() byte { return firstByte(d.Restart) }

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// dtmfRules are about what digits do.
var dtmfRules = []rule{
	{[]string{"dtmf.hangup", "dtmf.restart"}, distinctKeys},
	{[]string{"dtmf.hangup", "dtmf.restart", "media.enable_dtmf"}, keysAreHeard},
}

func distinctKeys(c *Config) string {
	if c.DTMF.Hangup == "" || c.DTMF.Hangup != c.DTMF.Restart {
		return ""
	}
	return "hangup and restart must be two digits, both are " + c.DTMF.Hangup
}

func keysAreHeard(c *Config) string {
	if c.Media.EnableDTMF || c.DTMF.Hangup == "" && c.DTMF.Restart == "" {
		return ""
	}
	return "digits do something only while media.enable_dtmf is true"
}
