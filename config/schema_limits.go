package config

// Limits is the section [limits]: what one source may cost, an IPv4 address or an
// IPv6 network of 64 bits.
type Limits struct {
	MessagesPerSecondPerSource int `koanf:"messages_per_second_per_source" unit:"1/s" min:"0" max:"1000000" doc:"SIP messages that a source may send, twice as many at once; what is over is dropped before it is parsed. 0 is no limit."`
	CallsPerSecondPerSource    int `koanf:"calls_per_second_per_source" unit:"1/s" min:"0" max:"100000" doc:"New calls of a source, twice as many at once; what is over gets 503 with Retry-After. 0 is no limit, which a target of load tests wants."`
	UnacknowledgedPerSource    int `koanf:"unacknowledged_per_source" unit:"calls" min:"0" max:"32256" doc:"INVITEs of a source that wait for their ACK; one more gets 503. Those that ring count until the source has acknowledged a call. 0 is half of max_concurrent_calls."`
	Amplification              int `koanf:"amplification" unit:"bytes" min:"0" max:"1000" doc:"Bytes of responses over UDP for each byte received, until the source has acknowledged a call: a repeated 200 beyond it is withheld. 0 is no limit, and none for early media either."`
	Transactions               int `koanf:"transactions" min:"0" max:"2000000" doc:"SIP transactions kept at once, up to 10 kB each for 32 s; beyond them new calls get 503. 0 is 64 for each of max_concurrent_calls, from 20000 to 200000."`
}

func defaultLimits() Limits {
	return Limits{MessagesPerSecondPerSource: 20000, Amplification: 8}
}

// Unacknowledged is how many INVITEs of a source may wait for their ACK.
func (c *Config) Unacknowledged() int {
	if n := c.Limits.UnacknowledgedPerSource; n > 0 {
		return n
	}
	return max(1, c.Behavior.MaxConcurrentCalls/2)
}

// Transactions is how many SIP transactions are kept at once. A call takes two, each
// for 32 s: 64 a call are enough for calls that last a second.
func (c *Config) Transactions() int {
	if n := c.Limits.Transactions; n > 0 {
		return n
	}
	return min(max(64*c.Behavior.MaxConcurrentCalls, 20000), 200000)
}
