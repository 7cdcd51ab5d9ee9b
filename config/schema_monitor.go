package config

// Monitor holds the keys outside any section: the supervisor of a server on
// hosts that have no service manager.
type Monitor struct {
	ServerBinaryPath           string `koanf:"server_binary_path" form:"path" idle:"*" doc:"Program that the monitor starts."`
	ServerConfigPath           string `koanf:"server_config_path" form:"path" idle:"*" doc:"Configuration file that the monitor starts it with."`
	ServerPIDFile              string `koanf:"server_pid_file" form:"path" idle:"*" doc:"File that the process number of the server is written to."`
	ServerLogFile              string `koanf:"server_log_file" form:"path" idle:"*" doc:"File that the output of the server is written to."`
	HealthCheckURL             string `koanf:"health_check_url" form:"url" idle:"*" doc:"Where the monitor asks whether the server is well."`
	HealthCheckIntervalSeconds int    `koanf:"health_check_interval_seconds" unit:"s" min:"1" max:"3600" idle:"*" doc:"Time between two checks by the monitor."`
	HealthCheckTimeoutSeconds  int    `koanf:"health_check_timeout_seconds" unit:"s" min:"1" max:"3600" idle:"*" doc:"How long the monitor waits for the answer to a check."`
	MaxRestartAttempts         int    `koanf:"max_restart_attempts" unit:"restarts" min:"0" max:"1000" idle:"*" doc:"Restarts before the monitor gives up."`
	RestartDelaySeconds        int    `koanf:"restart_delay_seconds" unit:"s" min:"0" max:"3600" idle:"*" doc:"How long the monitor waits before a restart."`
	MonitorLogFile             string `koanf:"monitor_log_file" form:"path" idle:"*" doc:"File that the monitor logs to."`
}

func defaultMonitor() Monitor {
	return Monitor{
		ServerBinaryPath:           "pickup",
		ServerConfigPath:           "pickup.toml",
		ServerPIDFile:              "pickup.pid",
		ServerLogFile:              "pickup.log",
		HealthCheckURL:             "http://127.0.0.1:8080/health",
		HealthCheckIntervalSeconds: 15,
		HealthCheckTimeoutSeconds:  5,
		MaxRestartAttempts:         3,
		RestartDelaySeconds:        3,
		MonitorLogFile:             "monitor.log",
	}
}
