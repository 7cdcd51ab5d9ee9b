package sip

import "net"

// arrivals is a listener for the library, of connections that have brought a message for
// it, whoever made them: so a registrar's calls may come by a connection of ours.
type arrivals struct {
	ready chan net.Conn
	done  <-chan struct{} // closed when the server is
}

// Accept waits for the next connection.
func (a *arrivals) Accept() (net.Conn, error) {
	select {
	case conn := <-a.ready:
		return conn, nil
	case <-a.done:
		return nil, net.ErrClosed
	}
}

// Close does nothing: Accept ends with the server.
func (a *arrivals) Close() error { return nil }

// Addr names no address, as nobody connects; the library wants a port in it.
func (a *arrivals) Addr() net.Addr { return peer("arrivals:0") }

// readArrivals has the library read the connections that arrive. What calls it counts in
// loops.
func (s *Server) readArrivals() {
	s.reading.Do(func() {
		s.loops.Go(func() { _ = s.transport.ServeTCP(s.arrivals) }) // it ends when the server is closed
	})
}

// arrive reads a connection until there is a message for the library, which reads it
// from then on.
func (st *stream) arrive() {
	if st.next() == nil {
		select {
		case st.server.arrivals.ready <- st:
			return
		case <-st.server.done:
		}
	}
	_ = st.Close() // it may be closed already
}
