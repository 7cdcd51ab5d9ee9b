package config

import (
	"fmt"
	"slices"
)

// rule is a condition on more than one key.
type rule struct {
	keys  []string
	check func(*Config) string // what is wrong, a sentence that fits any of the keys; empty when nothing is
}

var rules = []rule{
	{[]string{"media.rtp_port_range_start", "media.rtp_port_range_end"}, portOrder},
	{[]string{"behavior.max_concurrent_calls", "media.rtp_port_range_end", "media.rtp_port_range_start"}, portCount},
	{[]string{"sip.port", "media.rtp_port_range_start", "media.rtp_port_range_end"}, portOverlap},
	{[]string{"media.audio_sample_rate", "media.preferred_codecs"}, wideband},
	{[]string{"audio_processing.bandpass_low_freq", "audio_processing.bandpass_high_freq"}, bandWidth},
	{[]string{"audio_processing.bandpass_high_freq", "media.audio_sample_rate"}, bandTop},
	{[]string{"audio_processing.band_split_freq_1", "audio_processing.bandpass_low_freq"}, lowSplit},
	{[]string{"audio_processing.band_split_freq_2", "audio_processing.band_split_freq_1"}, splitDistance},
	{[]string{"audio_processing.band_split_freq_2", "audio_processing.bandpass_high_freq"}, highSplit},
	{[]string{"audio_processing.wideband.bandpass_low_freq", "audio_processing.wideband.bandpass_high_freq"}, wideWidth},
	{[]string{"audio_processing.wideband.bandpass_low_freq", "audio_processing.band_split_freq_1"}, wideLow},
	{[]string{"audio_processing.wideband.bandpass_high_freq", "audio_processing.band_split_freq_2"}, wideHigh},
}

// checkRules checks each rule whose keys are all known to be as they were
// meant. The fault is put to the first of its keys that was set.
func (l *loader) checkRules(cfg *Config) {
	certain := slices.DeleteFunc(slices.Concat(rules, transportRules, dtmfRules, l.namedRules()), func(r rule) bool {
		return slices.ContainsFunc(r.keys, l.uncertain)
	})
	for _, r := range certain {
		problem := r.check(cfg)
		if problem == "" {
			continue
		}
		name := r.keys[max(0, slices.IndexFunc(r.keys, func(k string) bool { return l.origins[k] != origin{} }))]
		k, place := lookup(name), l.origins[name]
		if place == (origin{}) {
			place = l.headers[k.section()] // of an empty section
		}
		l.faults.add(place, name, k.literal(l.koanf.Get(name)), problem)
	}
}

// uncertain reports whether a key may have been meant to be other than it is.
func (l *loader) uncertain(name string) bool {
	k := lookup(name)
	lost := func(section string) bool { return section != "" && slices.Contains(l.unread, section) }
	return l.faults.concern(name) || slices.Contains(l.unread, k.section()) || lost(k.family)
}

func portOrder(c *Config) string {
	if c.Media.RTPPortRangeStart <= c.Media.RTPPortRangeEnd {
		return ""
	}
	return fmt.Sprintf("the RTP port range must not end (%d) before it starts (%d)",
		c.Media.RTPPortRangeEnd, c.Media.RTPPortRangeStart)
}

func portCount(c *Config) string {
	calls, pairs := c.Behavior.MaxConcurrentCalls, c.Media.PortPairs()
	if calls <= pairs || portOrder(c) != "" {
		return ""
	}
	return fmt.Sprintf("the RTP port range %d to %d holds %d pairs of an even port and the next, max_concurrent_calls = %d needs %d",
		c.Media.RTPPortRangeStart, c.Media.RTPPortRangeEnd, pairs, calls, calls)
}

func portOverlap(c *Config) string {
	if c.SIP.Port < c.Media.RTPPortRangeStart || c.SIP.Port > c.Media.RTPPortRangeEnd {
		return ""
	}
	return fmt.Sprintf("sip.port (%d) must be outside the RTP port range (%d to %d)",
		c.SIP.Port, c.Media.RTPPortRangeStart, c.Media.RTPPortRangeEnd)
}

func wideband(c *Config) string {
	if c.Media.AudioSampleRate == 8000 || slices.Contains(c.Media.PreferredCodecs, "G722") {
		return ""
	}
	return fmt.Sprintf("audio_sample_rate must be 8000 unless G722 is among preferred_codecs, not %d", c.Media.AudioSampleRate)
}

func bandWidth(c *Config) string {
	p := c.AudioProcessing
	if p.BandpassHighFreq >= 2*p.BandpassLowFreq {
		return ""
	}
	return fmt.Sprintf("bandpass_high_freq (%s) must be at least twice bandpass_low_freq (%s)",
		decimal(p.BandpassHighFreq), decimal(p.BandpassLowFreq))
}

func bandTop(c *Config) string {
	highest := 0.49 * float64(c.Media.AudioSampleRate)
	if c.AudioProcessing.BandpassHighFreq <= highest {
		return ""
	}
	return fmt.Sprintf("bandpass_high_freq (%s) must be at most %s, 0.49 times audio_sample_rate (%d)",
		decimal(c.AudioProcessing.BandpassHighFreq), decimal(highest), c.Media.AudioSampleRate)
}

func lowSplit(c *Config) string {
	p := c.AudioProcessing
	if p.BandSplitFreq1 > p.BandpassLowFreq {
		return ""
	}
	return fmt.Sprintf("band_split_freq_1 (%s) must be above bandpass_low_freq (%s)",
		decimal(p.BandSplitFreq1), decimal(p.BandpassLowFreq))
}

func splitDistance(c *Config) string {
	p := c.AudioProcessing
	if p.BandSplitFreq2 >= 1.5*p.BandSplitFreq1 {
		return ""
	}
	return fmt.Sprintf("band_split_freq_2 (%s) must be at least 1.5 times band_split_freq_1 (%s)",
		decimal(p.BandSplitFreq2), decimal(p.BandSplitFreq1))
}

func highSplit(c *Config) string {
	p := c.AudioProcessing
	if p.BandSplitFreq2 < p.BandpassHighFreq {
		return ""
	}
	return fmt.Sprintf("band_split_freq_2 (%s) must be below bandpass_high_freq (%s)",
		decimal(p.BandSplitFreq2), decimal(p.BandpassHighFreq))
}

func wideWidth(c *Config) string {
	w := c.AudioProcessing.Wideband
	if w.BandpassHighFreq >= 2*w.BandpassLowFreq {
		return ""
	}
	return fmt.Sprintf("bandpass_high_freq of wideband (%s) must be at least twice bandpass_low_freq of wideband (%s)",
		decimal(w.BandpassHighFreq), decimal(w.BandpassLowFreq))
}

func wideLow(c *Config) string {
	p := c.AudioProcessing
	if p.Wideband.BandpassLowFreq < p.BandSplitFreq1 {
		return ""
	}
	return fmt.Sprintf("bandpass_low_freq of wideband (%s) must be below band_split_freq_1 (%s)",
		decimal(p.Wideband.BandpassLowFreq), decimal(p.BandSplitFreq1))
}

func wideHigh(c *Config) string {
	p := c.AudioProcessing
	if p.Wideband.BandpassHighFreq > p.BandSplitFreq2 {
		return ""
	}
	return fmt.Sprintf("bandpass_high_freq of wideband (%s) must be above band_split_freq_2 (%s)",
		decimal(p.Wideband.BandpassHighFreq), decimal(p.BandSplitFreq2))
}
