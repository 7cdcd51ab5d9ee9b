package engine

import (
	"fmt"
	"log/slog"

	"pickup/config"
	"pickup/engine/record"
)

// observers makes those that the configuration asks for: the log, and the file of
// call records.
func observers(c *config.Config, version string, logger *slog.Logger) ([]Observer, error) {
	list := []Observer{Log{logger}}
	if c.CDR.File == "" {
		return list, nil
	}
	file, err := record.Open(c.CDR.File, record.About{Version: version, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("cdr.file: %w", err)
	}
	return append(list, file), nil
}
