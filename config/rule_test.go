package config

import "testing"

func TestRules(t *testing.T) {
	tests := []struct {
		name, content string
		want          []string
	}{
		{"range ends before it starts", "[media]\nrtp_port_range_start = 20000\nrtp_port_range_end = 12000", []string{
			"FILE:2: media.rtp_port_range_start = 20000: the RTP port range must not end (12000) before it starts (20000)"}},
		{"the fault is put to the key that was set", "[media]\nrtp_port_range_end = 9000", []string{
			"FILE:2: media.rtp_port_range_end = 9000: the RTP port range must not end (9000) before it starts (10000)"}},
		{"too few port pairs", "[media]\nrtp_port_range_end = 10100", []string{
			"FILE:2: media.rtp_port_range_end = 10100: the RTP port range 10000 to 10100 holds 50 pairs of an even port and the next, max_concurrent_calls = 1000 needs 1000"}},
		{"too many calls", "[behavior]\nmax_concurrent_calls = 5001", []string{
			"FILE:2: behavior.max_concurrent_calls = 5001: the RTP port range 10000 to 20000 holds 5000 pairs of an even port and the next, max_concurrent_calls = 5001 needs 5001"}},
		{"SIP in the RTP range", "[sip]\nport = 10000", []string{
			"FILE:2: sip.port = 10000: sip.port (10000) must be outside the RTP port range (10000 to 20000)"}},
		{"TLS without a certificate", "[sip]\ntransport = ['udp', 'wss']\n[tls]\nkey = 'key.pem'", []string{
			"FILE:2: sip.transport = [\"udp\", \"wss\"]: the transports tls and wss need a certificate: tls.certificate and tls.key must name its PEM files"}},
		{"one port for two transports", "[sip]\ntransport = ['tcp', 'ws']\nws_port = 5060", []string{
			"FILE:2: sip.transport = [\"tcp\", \"ws\"]: tcp and ws must have ports of their own, sip.port and sip.ws_port are both 5060"}},
		{"one key for two actions", "[dtmf]\nhangup = '#'\nrestart = '#'", []string{
			"FILE:2: dtmf.hangup = \"#\": hangup and restart must be two digits, both are #"}},
		{"keys that nobody hears", "[dtmf]\nrestart = '*'\n[media]\nenable_dtmf = false", []string{
			"FILE:2: dtmf.restart = \"*\": digits do something only while media.enable_dtmf is true"}},
		{"one address twice", "[sip]\nbind_address = ['::1', '0:0::1']", []string{
			"FILE:2: sip.bind_address = [\"::1\", \"0:0::1\"]: bind_address has ::1 twice"}},
		{"an address beside all of IPv4", "[sip]\nbind_address = ['127.0.0.1', '0.0.0.0']", []string{
			"FILE:2: sip.bind_address = [\"127.0.0.1\", \"0.0.0.0\"]: bind_address has 127.0.0.1, which is in 0.0.0.0 already"}},
		{"an address beside all of IPv6", "[sip]\nbind_address = ['::', '127.0.0.1', '::1']", []string{
			"FILE:2: sip.bind_address = [\"::\", \"127.0.0.1\", \"::1\"]: bind_address has ::1, which is in :: already"}},
		{"wideband without its codec", "[media]\naudio_sample_rate = 16000", []string{
			"FILE:2: media.audio_sample_rate = 16000: audio_sample_rate must be 8000 unless G722 is among preferred_codecs, not 16000"}},
		{"narrow band", "[audio_processing]\nbandpass_low_freq = 1701", []string{
			"FILE:2: audio_processing.bandpass_low_freq = 1701: bandpass_high_freq (3400) must be at least twice bandpass_low_freq (1701)",
			"FILE:2: audio_processing.bandpass_low_freq = 1701: band_split_freq_1 (800) must be above bandpass_low_freq (1701)"}},
		{"band above the sample rate", "[audio_processing]\nbandpass_high_freq = 3921", []string{
			"FILE:2: audio_processing.bandpass_high_freq = 3921: bandpass_high_freq (3921) must be at most 3920, 0.49 times audio_sample_rate (8000)"}},
		{"first split below the band", "[audio_processing]\nband_split_freq_1 = 300", []string{
			"FILE:2: audio_processing.band_split_freq_1 = 300: band_split_freq_1 (300) must be above bandpass_low_freq (300)"}},
		{"splits too near", "[audio_processing]\nband_split_freq_2 = 1199.9", []string{
			"FILE:2: audio_processing.band_split_freq_2 = 1199.9: band_split_freq_2 (1199.9) must be at least 1.5 times band_split_freq_1 (800)"}},
		{"second split above the band", "[audio_processing]\nband_split_freq_2 = 3400", []string{
			"FILE:2: audio_processing.band_split_freq_2 = 3400: band_split_freq_2 (3400) must be below bandpass_high_freq (3400)"}},
		{"narrow wideband", "[audio_processing]\nband_split_freq_2 = 1200\n[audio_processing.wideband]\nbandpass_low_freq = 790\nbandpass_high_freq = 1300", []string{
			"FILE:4: audio_processing.wideband.bandpass_low_freq = 790: bandpass_high_freq of wideband (1300) must be at least twice bandpass_low_freq of wideband (790)"}},
		{"wideband from above the first split", "[audio_processing.wideband]\nbandpass_low_freq = 800", []string{
			"FILE:2: audio_processing.wideband.bandpass_low_freq = 800: bandpass_low_freq of wideband (800) must be below band_split_freq_1 (800)"}},
		{"wideband up to the second split", "[audio_processing.wideband]\nbandpass_high_freq = 2500", []string{
			"FILE:2: audio_processing.wideband.bandpass_high_freq = 2500: bandpass_high_freq of wideband (2500) must be above band_split_freq_2 (2500)"}},
		{"no consequence of another fault", "[media]\nrtp_port_range_start = 30000\nrtp_port_range_end = 4OOOO\n", []string{
			"FILE:3:23: media.rtp_port_range_end = 4OOOO: not TOML: strings must be quoted"}},
		{"no consequence of a lost section", "[media]\nrtp_port_range_start = 30000\n[media]\nrtp_port_range_end = 40000\n", []string{
			"FILE:3: media: is here a second time, the first is in line 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkFaults(t, tt.content, tt.want) })
	}
}

// TestRulesAtTheirLimits has values that are just right.
func TestRulesAtTheirLimits(t *testing.T) {
	for _, content := range []string{
		"[behavior]\nmax_concurrent_calls = 5000",
		"[behavior]\nmax_concurrent_calls = 1\n[media]\nrtp_port_range_start = 10001\nrtp_port_range_end = 10003",
		"[sip]\nport = 9999",
		"[sip]\nport = 20001",
		"[sip]\ntransport = ['udp', 'ws']\nws_port = 5060",
		"[sip]\ntransport = ['udp', 'tcp', 'tls', 'ws', 'wss']\n[tls]\ncertificate = 'a.pem'\nkey = 'b.pem'",
		"[media]\naudio_sample_rate = 16000\npreferred_codecs = ['PCMU', 'G722']\n[audio_processing]\nbandpass_high_freq = 7840",
		"[audio_processing]\nbandpass_high_freq = 3920\nband_split_freq_1 = 301\nband_split_freq_2 = 451.5",
	} {
		if _, err := Load(Sources{File: write(t, content)}); err != nil {
			t.Errorf("%q: got %v, want no fault", content, err)
		}
	}
}
