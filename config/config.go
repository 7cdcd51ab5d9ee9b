package config

// Config is the effective configuration: every value is set, in range, and
// agrees with the others. It is read-only once Load has returned it.
type Config struct {
	SIP             SIP                `koanf:"sip"`
	Accounts        map[string]Account `koanf:"account"` // by name
	Auth            Auth               `koanf:"auth"`
	TLS             TLS                `koanf:"tls"`
	Behavior        Behavior           `koanf:"behavior"`
	Media           Media              `koanf:"media"`
	DTMF            DTMF               `koanf:"dtmf"`
	Audio           Audio              `koanf:"audio"`
	Logging         Logging            `koanf:"logging"`
	CDR             CDR                `koanf:"cdr"`
	ACL             ACL                `koanf:"acl"`
	Limits          Limits             `koanf:"limits"`
	NAT             NAT                `koanf:"nat"`
	Health          Health             `koanf:"health"`
	AudioProcessing AudioProcessing    `koanf:"audio_processing"`
	Monitor         Monitor            `koanf:",squash,flatten"`

	settings []Setting
	idle     []string
}

// defaults is the lowest layer. It is a valid configuration by itself.
func defaults() Config {
	return Config{
		SIP:             defaultSIP(),
		Accounts:        map[string]Account{},
		Auth:            defaultAuth(),
		Behavior:        defaultBehavior(),
		Media:           defaultMedia(),
		DTMF:            defaultDTMF(),
		Audio:           defaultAudio(),
		Logging:         defaultLogging(),
		CDR:             defaultCDR(),
		ACL:             defaultACL(),
		Limits:          defaultLimits(),
		NAT:             defaultNAT(),
		Health:          defaultHealth(),
		AudioProcessing: defaultAudioProcessing(),
		Monitor:         defaultMonitor(),
	}
}
