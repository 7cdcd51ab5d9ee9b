package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"time"

	"pickup/config"
	"pickup/transport/sip"
)

// Entry is a socket or listener by which SIP comes in.
type Entry struct {
	Transport string         // "udp", "tcp", "tls", "ws" or "wss"
	Socket    net.PacketConn // of udp
	Listener  net.Listener   // of the others
	// Reopen opens it again after a failure.
	Reopen func() (Entry, error)
}

// String is the transport and the address.
func (n Entry) String() string {
	if n.Socket != nil {
		return n.Transport + " " + n.Socket.LocalAddr().String()
	}
	return n.Transport + " " + n.Listener.Addr().String()
}

func (n Entry) close() error {
	if n.Socket != nil {
		return n.Socket.Close()
	}
	return n.Listener.Close()
}

// The pause before an entry that failed is opened again: longer from one attempt to the
// next, short again after an entry has held for the longest pause.
const (
	minReopenPause = 100 * time.Millisecond
	maxReopenPause = 30 * time.Second
)

// serve has calls come in by the entry until the server is closed. An entry that fails
// is opened again, also when that takes many attempts: calls that are up need it for
// their end, and the other entries go on. Every failure is one line in the log.
func (e *Engine) serve(working context.Context, entry Entry) {
	pause := minReopenPause
	for {
		begun := time.Now()
		err := e.serveOnce(entry)
		if err == nil || errors.Is(err, sip.ErrClosed) {
			return
		}
		if time.Since(begun) >= maxReopenPause {
			pause = minReopenPause
		}
		e.outages.add(entry, 1)
		for err != nil {
			e.noise.listenerFailures.Add(1)
			e.logger.Error("listener failed; it is opened again", "listen", entry.String(), "err", err, "pause", pause.String())
			if !sleep(working, pause) {
				return
			}
			pause = min(2*pause, maxReopenPause)
			var next Entry
			if next, err = entry.Reopen(); err == nil {
				e.outages.add(entry, -1)
				entry = next
			}
		}
		e.logger.Info("listener is open again", "listen", entry.String())
	}
}

// serveOnce gives the entry to the SIP server, which closes it.
func (e *Engine) serveOnce(entry Entry) error {
	switch entry.Transport {
	case "udp":
		return e.sip.ServeUDP(entry.Socket)
	case "tls":
		return e.sip.ServeTLS(entry.Listener, e.tls)
	case "ws":
		return e.sip.ServeWS(entry.Listener)
	case "wss":
		return e.sip.ServeWSS(entry.Listener, e.tls)
	default:
		return e.sip.ServeTCP(entry.Listener)
	}
}

// sleep is false when the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// listen opens the entries of each transport on each address that is configured, or
// none.
func listen(c config.SIP, logger *slog.Logger) ([]Entry, error) {
	var open []Entry
	for _, transport := range c.Transport {
		for _, addr := range c.Addresses() {
			binding := sip.Binding{
				Address: netip.AddrPortFrom(addr, c.PortOf(transport)),
				Only6:   c.Only6(),
				Readers: runtime.GOMAXPROCS(0),
			}
			entries, err := bind(transport, binding)
			if err != nil {
				return nil, errors.Join(err, closeAll(open))
			}
			open = append(open, entries...)
			if transport == "udp" {
				tellReadBuffer(entries[0], logger)
			}
		}
	}
	return open, nil
}

// bind opens the entries of a transport on an address.
func bind(transport string, b sip.Binding) ([]Entry, error) {
	if transport != "udp" {
		entry, err := bindListener(transport, b)
		return []Entry{entry}, err
	}
	sockets, err := b.ListenUDP()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, socket := range sockets {
		entries = append(entries, socketEntry(socket, b))
	}
	return entries, nil
}

func bindListener(transport string, b sip.Binding) (Entry, error) {
	l, err := b.ListenTCP()
	return Entry{Transport: transport, Listener: l, Reopen: func() (Entry, error) { return bindListener(transport, b) }}, err
}

func socketEntry(socket net.PacketConn, b sip.Binding) Entry {
	return Entry{Transport: "udp", Socket: socket, Reopen: func() (Entry, error) {
		again, err := b.ReopenUDP()
		return socketEntry(again, b), err
	}}
}

// tellReadBuffer says what the kernel granted, and what to do when that is far less than
// what was asked for.
func tellReadBuffer(entry Entry, logger *slog.Logger) {
	granted, asked := sip.ReadBuffer(entry.Socket)
	if granted >= asked/2 {
		logger.Debug("receive buffer", "listen", entry.String(), "bytes", granted)
		return
	}
	logger.Warn("the receive buffer is small; bursts may be lost: raise net.core.rmem_max",
		"listen", entry.String(), "bytes", granted, "wanted", asked)
}

func closeAll(entries []Entry) error {
	var err error
	for _, entry := range entries {
		if closed := entry.close(); closed != nil {
			err = errors.Join(err, fmt.Errorf("engine: closing %s: %w", entry, closed))
		}
	}
	return err
}
