package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"pickup/codec"
	"pickup/config"
	"pickup/transport/rtp"
	"pickup/transport/sip"
)

// ErrResources is wrapped by an error about what the machine does not give: an
// address that is taken, a port range that cannot be used.
var ErrResources = errors.New("the machine does not give what is configured")

// Build makes an engine as configured: it prepares the prompt, then opens the
// listeners, so that nothing is open when the audio is unusable.
func Build(c *config.Config, version string, logger *slog.Logger) (*Engine, error) {
	formats, prompt, err := prepare(c)
	if err != nil {
		return nil, err
	}
	watching, err := observers(c, version, logger)
	if err != nil {
		return nil, err
	}
	listener, err := sip.ListenUDP(c.SIP.Address())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResources, err)
	}
	e, err := New(Options{
		Config:    c,
		Prompt:    prompt,
		Formats:   formats,
		Listeners: []net.PacketConn{listener},
		ListenRTP: rtp.ListenRaw,
		Observers: watching,
		Logger:    logger,
	})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return e, nil
}

// Check prepares what Build prepares and opens nothing. It tells what would be
// played.
func Check(c *config.Config) (string, error) {
	formats, prompt, err := prepare(c)
	if err != nil {
		return "", err
	}
	if _, err := rtp.NewPorts(c.Media.RTPPortRangeStart, c.Media.RTPPortRangeEnd); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %v of audio in %d encodings", prompt.Source(), prompt.Duration(), len(formats)), nil
}

// prepare encodes the prompt once for all calls.
func prepare(c *config.Config) ([]codec.Format, *codec.Prompt, error) {
	var formats []codec.Format
	for _, name := range c.Media.PreferredCodecs {
		for _, f := range []codec.Format{codec.PCMU, codec.PCMA} {
			if f.Name == name {
				formats = append(formats, f)
			}
		}
	}
	options := codec.Options{Duration: c.Audio.Duration(), Formats: formats}
	if c.Audio.Source == config.BuiltinSource {
		prompt, err := codec.LoadBuiltin(options)
		return formats, prompt, err
	}
	prompt, err := codec.LoadFile(c.Audio.Source, options)
	if err != nil {
		return nil, nil, fmt.Errorf("audio.source: %w", err)
	}
	return formats, prompt, nil
}
