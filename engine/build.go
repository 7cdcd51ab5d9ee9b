package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

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
	for _, note := range prompt.Notes() {
		logger.Warn("audio is damaged", "source", prompt.Source(), "reason", note)
	}
	warnOfDescriptors(c, logger)
	if err := probePorts(c, rtp.ListenRaw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResources, err)
	}
	open, err := listen(c.SIP)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResources, err)
	}
	watching, err := observers(c, version, logger)
	if err != nil {
		return nil, errors.Join(err, open.close())
	}
	e, err := New(Options{
		Config:    c,
		Prompt:    prompt,
		Formats:   formats,
		Sockets:   open.sockets,
		Listeners: open.listeners,
		ListenRTP: rtp.ListenRaw,
		Observers: watching,
		Logger:    logger,
	})
	if err != nil {
		return nil, errors.Join(err, open.close())
	}
	return e, nil
}

// entries are where calls come in.
type entries struct {
	sockets   []net.PacketConn
	listeners []net.Listener
}

// listen opens a listener for each transport that is configured, or none.
func listen(c config.SIP) (open entries, err error) {
	for _, transport := range c.Transport {
		switch transport {
		case "udp":
			var socket net.PacketConn
			if socket, err = sip.ListenUDP(c.Address()); err == nil {
				open.sockets = append(open.sockets, socket)
			}
		case "tcp":
			var l net.Listener
			if l, err = sip.ListenTCP(c.Address()); err == nil {
				open.listeners = append(open.listeners, l)
			}
		}
		if err != nil {
			return entries{}, errors.Join(err, open.close())
		}
	}
	return open, nil
}

func (l entries) close() error {
	var err error
	for _, socket := range l.sockets {
		err = errors.Join(err, socket.Close())
	}
	for _, listener := range l.listeners {
		err = errors.Join(err, listener.Close())
	}
	return err
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
	report := fmt.Sprintf("%s, %v of audio in %d encodings", prompt.Source(), prompt.Duration(), len(formats))
	return strings.Join(append([]string{report}, prompt.Notes()...), "\naudio: "), nil
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
