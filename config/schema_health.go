package config

// Health is the section [health]: the HTTP listener that tells how the server
// is.
type Health struct {
	EnableHealthCheck          bool   `koanf:"enable_health_check" idle:"*" doc:"Serve the state of the server over HTTP."`
	HealthCheckPort            uint16 `koanf:"health_check_port" min:"1" max:"65535" idle:"*" doc:"TCP port of the health listener."`
	HealthCheckIntervalSeconds int    `koanf:"health_check_interval_seconds" unit:"s" min:"1" max:"3600" idle:"*" doc:"Time between two checks of the server by itself."`
	RestartOnFailure           bool   `koanf:"restart_on_failure" idle:"*" doc:"Start the server again when a check has failed."`
	MaxRestartAttempts         int    `koanf:"max_restart_attempts" unit:"restarts" min:"0" max:"1000" idle:"*" doc:"Restarts before the server is given up."`
}

func defaultHealth() Health {
	return Health{
		HealthCheckPort:            8080,
		HealthCheckIntervalSeconds: 10,
		MaxRestartAttempts:         3,
	}
}
