package sip

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// flow is a way between the caller and us: what a request came by.
type flow struct {
	conn          gosip.Connection // the socket or connection
	source, local netip.AddrPort
	named         netip.AddrPort // what the caller is told of local
	host          string         // of our URI; empty: named
	transport     string         // "UDP", "TCP", "TLS", "WS" or "WSS"
	sips          bool           // the request was for a SIPS URI
}

func (s *Server) flowOf(req *gosip.Request, tx *gosip.ServerTx) flow {
	conn := tx.Connection()
	source, _ := netip.ParseAddrPort(req.Source()) // the transport wrote it
	f := flow{
		conn: conn, source: unmap(source), local: addrPort(conn.LocalAddr()),
		transport: req.Transport(), sips: strings.EqualFold(req.Recipient.Scheme, "sips"),
	}
	f.named, f.host = s.name(f.local, f.source.Addr())
	return f
}

// name is what a peer is told of a local address, and of our host. A zone means
// nothing to anybody else (RFC 4007 section 11.2).
func (s *Server) name(local netip.AddrPort, peer netip.Addr) (addr netip.AddrPort, host string) {
	addr = local
	if s.naming != nil {
		addr, host = s.naming(local, peer)
	}
	return netip.AddrPortFrom(addr.Addr().WithZone(""), addr.Port()), host
}

// reliable reports whether the transport repeats what is lost.
func (f flow) reliable() bool { return gosip.IsReliable(f.transport) }

// attachFlow makes the flow the one that our requests leave by. Its connection is kept
// while the call needs it, also when it is idle; mu is held.
func (l *Leg) attachFlow(way flow) {
	l.detachFlow()
	l.path = way
	if st := streamOf(way.conn); st != nil && !l.over {
		st.calls.Add(1)
	}
}

// detachFlow lets the connection be closed when it is idle; mu is held, and the
// signalling is not over.
func (l *Leg) detachFlow() {
	if st := streamOf(l.path.conn); st != nil && !l.over {
		st.calls.Add(-1)
	}
}

// transportParams are the transport parameters of URIs (RFC 3261 section 19.1.1), of
// which there is one for both kinds of WebSocket (RFC 7118 section 5.1). That of TLS is
// deprecated and what everybody sends.
var transportParams = map[string]string{"TCP": ";transport=tcp", "TLS": ";transport=tls", "WS": ";transport=ws", "WSS": ";transport=ws"}

// contact is the Contact header field that leads to us by the transport of the flow. "If
// the request that initiated the dialog contained a SIPS URI in the Request-URI [...]
// the Contact header field in the response MUST be a SIPS URI" (RFC 3261 section
// 12.1.1), which leads to nobody where there is no TLS.
func (f flow) contact() gosip.Header {
	host := f.named.String()
	if f.host != "" {
		host = net.JoinHostPort(f.host, strconv.Itoa(int(f.named.Port())))
	}
	uri := "sip:" + host + transportParams[f.transport]
	switch {
	case f.sips && f.transport == "TLS":
		uri = "sips:" + host // TLS is what a SIPS URI is for
	case f.sips && f.transport == "WSS":
		uri = "sips:" + host + transportParams[f.transport]
	}
	return gosip.NewHeader("Contact", "<"+uri+">")
}

// addrPort is the address of a socket or peer, IPv4 in its short form.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		return unmap(a.AddrPort())
	case *net.TCPAddr:
		return unmap(a.AddrPort())
	}
	p, _ := netip.ParseAddrPort(a.String()) // the zero value is answered by nobody
	return unmap(p)
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
