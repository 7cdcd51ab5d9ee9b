package config

import "time"

// Behavior is the section [behavior]: what is done with a call, and how many
// calls there may be.
type Behavior struct {
	AutoAnswer           bool    `koanf:"auto_answer" doc:"Answer every call; when false a call rings until the caller gives up or ring_timeout_seconds have passed."`
	EarlyMedia           bool    `koanf:"early_media" doc:"Play while the call rings: 183 with a session description in the place of 180. The audio repeats until the answer, and starts anew then. Audio then flows to whatever address an INVITE names: for one second only over UDP, until the caller has sent a PRACK, or has acknowledged a call within ten minutes before, or brings credentials that were asked for; limits.amplification = 0 has it flow on."`
	AutoAnswerDelayMS    int     `koanf:"auto_answer_delay_ms" unit:"ms" min:"0" max:"60000" doc:"How long a call rings before it is answered."`
	RingTimeoutSeconds   int     `koanf:"ring_timeout_seconds" unit:"s" min:"1" max:"3600" doc:"How long a call rings when auto_answer is false; ring_timeout_status ends it then."`
	RingTimeoutStatus    int     `koanf:"ring_timeout_status" min:"400" max:"699" doc:"SIP status that ends a call which rang for ring_timeout_seconds: 480 Temporarily Unavailable, 486 Busy Here, 603 Decline, or any other of 4xx to 6xx."`
	ToneDurationSeconds  int     `koanf:"tone_duration_seconds" unit:"s" min:"1" max:"3600" doc:"How long a caller hears the tone that is played when the audio cannot be had."`
	ToneFrequency        float64 `koanf:"tone_frequency" unit:"Hz" min:"20" max:"3900" doc:"Pitch of the tone that is played when the audio cannot be had."`
	CallTimeoutSeconds   int     `koanf:"call_timeout_seconds" unit:"s" min:"1" max:"86400" doc:"Longest time that an answered call may last, whatever is still to be played."`
	MaxConcurrentCalls   int     `koanf:"max_concurrent_calls" unit:"calls" min:"1" max:"32256" doc:"Calls at the same time; each needs a port pair of the RTP range, and one call more is answered with busy_status."`
	BusyStatus           int     `koanf:"busy_status" names:"503,486" doc:"SIP status for a call over max_concurrent_calls: 503 Service Unavailable with Retry-After (a proxy tries elsewhere) or 486 Busy Here."`
	ShutdownGraceSeconds int     `koanf:"shutdown_grace_seconds" unit:"s" min:"0" max:"3600" doc:"How long a stop waits for the calls that are up before it hangs up on them; 0 hangs up at once."`
}

func defaultBehavior() Behavior {
	return Behavior{
		AutoAnswer:           true,
		AutoAnswerDelayMS:    1000,
		RingTimeoutSeconds:   60,
		RingTimeoutStatus:    480,
		ToneDurationSeconds:  10,
		ToneFrequency:        440,
		CallTimeoutSeconds:   300,
		MaxConcurrentCalls:   1000,
		BusyStatus:           503,
		ShutdownGraceSeconds: 35,
	}
}

// AutoAnswerDelay is how long a call rings before it is answered.
func (b Behavior) AutoAnswerDelay() time.Duration {
	return time.Duration(b.AutoAnswerDelayMS) * time.Millisecond
}

// RingTimeout is how long a call rings that is not answered.
func (b Behavior) RingTimeout() time.Duration {
	return time.Duration(b.RingTimeoutSeconds) * time.Second
}

// CallTimeout is the longest time that an answered call may last.
func (b Behavior) CallTimeout() time.Duration {
	return time.Duration(b.CallTimeoutSeconds) * time.Second
}

// ShutdownGrace is how long a stop waits for the calls that are up.
func (b Behavior) ShutdownGrace() time.Duration {
	return time.Duration(b.ShutdownGraceSeconds) * time.Second
}
