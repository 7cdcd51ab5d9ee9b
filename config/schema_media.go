package config

import "time"

// Media is the section [media]: RTP ports and what is offered in SDP.
type Media struct {
	RTPPortRangeStart        uint16   `koanf:"rtp_port_range_start" min:"1024" max:"65535" doc:"First UDP port for RTP. A call takes an even port and the odd one above it (RTCP)."`
	RTPPortRangeEnd          uint16   `koanf:"rtp_port_range_end" min:"1024" max:"65535" doc:"Last UDP port for RTP, inclusive. The range must hold a whole pair for each of max_concurrent_calls."`
	PreferredCodecs          []string `koanf:"preferred_codecs" names:"PCMU,PCMA,G722" doc:"Codecs in our order of preference; the first one that the caller offers too is used."`
	EnableDTMF               bool     `koanf:"enable_dtmf" doc:"Listen for DTMF digits: telephone-event (RFC 4733), SIP INFO, and tones in the audio. False switches all of it off."`
	TimeoutSeconds           int      `koanf:"timeout_seconds" unit:"s" min:"0" max:"86400" doc:"Ends an answered call when nothing, neither RTP nor RTCP, has come from the caller for so long; 0 never does. Callers that send nothing, as test programs often do, want 0. It does not run while the caller has us on hold."`
	RequireSignallingAddress bool     `koanf:"require_signalling_address" doc:"Refuse a session description whose media address is another than the signalling comes from; callers whose SDP has their address behind a NAT are refused then."`
	AudioSampleRate          int      `koanf:"audio_sample_rate" unit:"Hz" names:"8000,16000" doc:"Rate at which the audio for PCMU and PCMA is shaped; 16000 only when G722 is among preferred_codecs. The audio for G722 is always shaped at 16000."`
}

func defaultMedia() Media {
	return Media{
		RTPPortRangeStart: 10000,
		RTPPortRangeEnd:   20000,
		PreferredCodecs:   []string{"PCMU", "PCMA"},
		EnableDTMF:        true,
		AudioSampleRate:   8000,
	}
}

// Timeout is how long a caller may be silent; 0 is for ever.
func (m Media) Timeout() time.Duration { return time.Duration(m.TimeoutSeconds) * time.Second }

// PortPairs is how many calls the RTP range has room for: an even port and
// the odd port above it make a pair (RFC 3550 section 11), and what is left
// over at either end is not used. It is 0 for a range that ends before it
// starts.
func (m Media) PortPairs() int {
	first := (int(m.RTPPortRangeStart) + 1) / 2
	last := (int(m.RTPPortRangeEnd) - 1) / 2
	return max(0, last-first+1)
}
