package sip

import (
	"errors"
	"net"
)

// outlet is what the peers of a socket are sent by: the socket, and when that was closed
// because it failed, another one on its address. So a dialog outlives the socket that it
// came by.
type outlet struct {
	net.PacketConn
	server *Server
}

// WriteTo sends from the address of the socket.
func (o outlet) WriteTo(p []byte, to net.Addr) (int, error) {
	n, err := o.PacketConn.WriteTo(p, to)
	if err != nil && errors.Is(err, net.ErrClosed) {
		if write := o.server.standIn(o.LocalAddr()); write != nil {
			return write(p, to)
		}
	}
	return n, err
}

// standIn is WriteTo of a socket that sends from the address, nil when there is none.
func (s *Server) standIn(addr net.Addr) func(p []byte, to net.Addr) (int, error) {
	local := addrPort(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	for conn := range s.sockets {
		switch conn := conn.(type) {
		case *wildcard:
			if conn.serves(local) {
				control := sourceControl(local.Addr(), conn.v4)
				return func(p []byte, to net.Addr) (int, error) { return writeFrom(conn.UDPConn, control, p, to) }
			}
		case net.PacketConn:
			if addrPort(conn.LocalAddr()) == local {
				return conn.WriteTo
			}
		}
	}
	return nil
}
