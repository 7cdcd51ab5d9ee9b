package config

// AudioProcessing is the section [audio_processing]: how the prompt is made
// fit for a telephone. Levels are linear, relative to full scale.
type AudioProcessing struct {
	Enabled              bool       `koanf:"enabled" doc:"Shape files for the telephone; when false they are only resampled and brought to audio.loudness_target."`
	PreemphasisAlpha     float64    `koanf:"preemphasis_alpha" min:"0" max:"1" doc:"Presence lift above 1.7 kHz: 20 log10(1 + alpha) dB; 0 is none."`
	BandpassLowFreq      float64    `koanf:"bandpass_low_freq" unit:"Hz" min:"20" max:"7840" doc:"Lower end of the band, at -3 dB."`
	BandpassHighFreq     float64    `koanf:"bandpass_high_freq" unit:"Hz" min:"20" max:"7840" doc:"Upper end of the band, at -3 dB: at least twice the lower end, at most 0.49 times audio_sample_rate."`
	BandSplitFreq1       float64    `koanf:"band_split_freq_1" unit:"Hz" min:"20" max:"7840" doc:"Crossover between bands 1 and 2, above the lower end of the band."`
	BandSplitFreq2       float64    `koanf:"band_split_freq_2" unit:"Hz" min:"20" max:"7840" doc:"Crossover between bands 2 and 3: at least 1.5 times the first, below the upper end of the band."`
	NoiseGateThreshold   float64    `koanf:"noise_gate_threshold" unit:"full scale" min:"0" max:"0.5" doc:"Level at which the expander opens; it closes 200 ms after the level has fallen below half of this. 0 is off."`
	NoiseGateRatio       float64    `koanf:"noise_gate_ratio" min:"0" max:"1" doc:"Gain while the expander is closed; 1 is off."`
	SoftLimiterThreshold float64    `koanf:"soft_limiter_threshold" unit:"full scale" min:"0.05" max:"1" doc:"Ceiling of the limiter."`
	Band1Compressor      Compressor `koanf:"band1_compressor"`
	Band2Compressor      Compressor `koanf:"band2_compressor"`
	Band3Compressor      Compressor `koanf:"band3_compressor"`
	Wideband             Wideband   `koanf:"wideband"`
}

// Wideband is the section [audio_processing.wideband]: what is different in
// the audio for G.722, which is prepared from the source at 16 kHz.
type Wideband struct {
	PreemphasisAlpha float64 `koanf:"preemphasis_alpha" min:"0" max:"1" doc:"Presence lift above 1.7 kHz for G.722: 20 log10(1 + alpha) dB; 0 is none."`
	BandpassLowFreq  float64 `koanf:"bandpass_low_freq" unit:"Hz" min:"20" max:"7840" doc:"Lower end of the band for G.722, at -3 dB: below band_split_freq_1."`
	BandpassHighFreq float64 `koanf:"bandpass_high_freq" unit:"Hz" min:"20" max:"7840" doc:"Upper end of the band for G.722, at -3 dB: above band_split_freq_2."`
}

// Compressor is a section [audio_processing.bandN_compressor]: band 1 is the
// lowest.
type Compressor struct {
	TargetLevel     float64 `koanf:"target_level" unit:"full scale" above:"0" max:"1" doc:"A factor of the threshold, which is target_level times threshold_factor."`
	AttackTime      float64 `koanf:"attack_time" unit:"s" min:"0.0001" max:"1" doc:"Time constant with which the gain falls when the level rises."`
	ReleaseTime     float64 `koanf:"release_time" unit:"s" min:"0.001" max:"5" doc:"Time constant with which the gain recovers when the level falls."`
	Ratio           float64 `koanf:"ratio" min:"1" max:"100" doc:"Compression above the threshold, as N in N:1."`
	ThresholdFactor float64 `koanf:"threshold_factor" above:"0" max:"1" doc:"The other factor of the threshold. The band is then made louder by its reciprocal, at most 1.2."`
	KneeWidth       float64 `koanf:"knee_width" unit:"full scale" min:"0" max:"1" doc:"Range above the threshold in which compression sets in; 0 is a hard knee."`
	Enabled         bool    `koanf:"enabled" doc:"Compress this band; false passes it unchanged."`
}

func defaultAudioProcessing() AudioProcessing {
	return AudioProcessing{
		Enabled:              true,
		PreemphasisAlpha:     0.95,
		BandpassLowFreq:      300,
		BandpassHighFreq:     3400,
		BandSplitFreq1:       800,
		BandSplitFreq2:       2500,
		NoiseGateThreshold:   0.01,
		NoiseGateRatio:       0.1,
		SoftLimiterThreshold: 0.9,
		Band1Compressor: Compressor{
			TargetLevel: 0.4, AttackTime: 0.010, ReleaseTime: 0.15,
			Ratio: 4, ThresholdFactor: 0.6, KneeWidth: 0.15, Enabled: true,
		},
		Band2Compressor: Compressor{
			TargetLevel: 0.6, AttackTime: 0.020, ReleaseTime: 0.08,
			Ratio: 2.5, ThresholdFactor: 0.75, KneeWidth: 0.2, Enabled: true,
		},
		Band3Compressor: Compressor{
			TargetLevel: 0.7, AttackTime: 0.005, ReleaseTime: 0.05,
			Ratio: 2, ThresholdFactor: 0.8, KneeWidth: 0.1, Enabled: true,
		},
		Wideband: Wideband{BandpassLowFreq: 50, BandpassHighFreq: 7000},
	}
}
