package config

import "log/slog"

// Logging is the section [logging].
type Logging struct {
	Level             string `koanf:"level" names:"trace,debug,info,warn,error" doc:"Least severe level that is logged; trace is the same as debug, which has every transition of the call state machine."`
	Format            string `koanf:"format" names:"auto,text,json" doc:"Form of the log: auto is coloured text on a terminal and plain text elsewhere."`
	EnableFileLogging bool   `koanf:"enable_file_logging" idle:"*" doc:"Write the log to log_file_path as well."`
	EnableSyslog      bool   `koanf:"enable_syslog" idle:"*" doc:"Send the log to the system logger as well."`
	LogFilePath       string `koanf:"log_file_path" form:"path" idle:"*" doc:"File that the log is written to when enable_file_logging is true."`
	MaxLogSizeMB      int    `koanf:"max_log_size_mb" unit:"MB" min:"1" max:"10240" idle:"*" doc:"Size at which a new log file is begun."`
	MaxLogFiles       int    `koanf:"max_log_files" unit:"files" min:"1" max:"1000" idle:"*" doc:"Log files that are kept."`
}

func defaultLogging() Logging {
	return Logging{
		Level:        "info",
		Format:       "auto",
		LogFilePath:  "pickup.log",
		MaxLogSizeMB: 10,
		MaxLogFiles:  5,
	}
}

// SlogLevel is Level for package log/slog. A level that Load does not let
// pass counts as info.
func (l Logging) SlogLevel() slog.Level {
	switch l.Level {
	case "trace", "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}
