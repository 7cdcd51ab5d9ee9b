package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"pickup/config"
	"pickup/transport/rtp"
	"pickup/transport/sip"
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
		Audio:     audio,
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
