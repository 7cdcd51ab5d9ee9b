package engine

import (
	"errors"
	"fmt"
	"log/slog"

	"pickup/config"
	"pickup/transport/rtp"
)

// ErrResources is wrapped by an error about what the machine does not give: an
// address that is taken, a port range that cannot be used.
var ErrResources = errors.New("the machine does not give what is configured")

// Build makes an engine as configured, which plays the audio.
func Build(c *config.Config, audio *Audio, version string, logger *slog.Logger) (*Engine, error) {
	warnOfDescriptors(c, logger)
	if err := probePorts(c, rtp.ListenRaw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResources, err)
	}
	secure, err := certificate(c, logger)
	if err != nil {
		return nil, err
	}
	open, err := listen(c.SIP, logger)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResources, err)
	}
	translated, err := translation(c, logger)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrResources, err), closeAll(open))
	}
	watching, err := observers(c, version, logger)
	if err != nil {
		return nil, errors.Join(err, closeAll(open))
	}
	e, err := New(Options{
		Config:    c,
		Audio:     audio,
		Entries:   open,
		TLS:       secure,
		ListenRTP: rtp.ListenRaw,
		Observers: watching,
		NAT:       translated,
		Host:      hostAddresses(),
		Logger:    logger,
	})
	if err != nil {
		return nil, errors.Join(err, closeAll(open))
	}
	return e, nil
}
