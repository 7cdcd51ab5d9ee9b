package sip

import (
	"crypto/tls"
	"net"
)

// way is a transport with connections: how they begin, and how messages are cut.
type way struct {
	transport string      // "TCP", "TLS", "WS" or "WSS", as in Via
	tls       *tls.Config // of TLS and WSS
	ours      bool        // we connect, to a registrar
}

func (w way) secure() bool { return w.tls != nil }

// framed reports whether messages come in WebSocket frames.
func (w way) framed() bool { return w.transport == "WS" || w.transport == "WSS" }

// ServeTLS is [Server.ServeTCP] for SIP over TLS (RFC 3261 section 26.2.1) with the
// configuration, which must have a certificate. The handshake has the first 10 s of a
// connection.
func (s *Server) ServeTLS(l net.Listener, conf *tls.Config) error {
	return s.serve(l, way{transport: "TLS", tls: conf})
}

// ServeWS is [Server.ServeTCP] for SIP over WebSocket (RFC 7118). The handshakes have
// the first 10 s of a connection and must ask for the subprotocol "sip"; after them a
// connection may be without a message for 10 min. Pings are answered.
func (s *Server) ServeWS(l net.Listener) error {
	return s.serve(l, way{transport: "WS"})
}

// ServeWSS is [Server.ServeWS] over TLS with the configuration, which must have a
// certificate.
func (s *Server) ServeWSS(l net.Listener, conf *tls.Config) error {
	return s.serve(l, way{transport: "WSS", tls: conf})
}
