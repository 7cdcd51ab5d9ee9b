package sip

import (
	"context"
	"errors"
	"net"
	"syscall"

	gosip "github.com/emiago/sipgo/sip"
	"github.com/gobwas/ws"
)

// errNoDial is what the library is told when it dials a peer.
var errNoDial = errors.New("sip: peers are not dialled")

// nowhere is the transports of the library, which would connect to the Via of a request
// whose connection is gone, with dialers that reach nobody.
func nowhere() gosip.TransportsConfig {
	return gosip.TransportsConfig{
		TCP: &gosip.TransportTCP{DialerCreate: noDialer},
		TLS: &gosip.TransportTLS{TransportTCP: &gosip.TransportTCP{DialerCreate: noDialer}},
		WS:  &gosip.TransportWS{DialerCreate: noWebSocket},
		WSS: &gosip.TransportWSS{TransportWS: &gosip.TransportWS{DialerCreate: noWebSocket}},
	}
}

// noDialer makes dialers that reach nobody.
func noDialer(net.Addr) net.Dialer {
	return net.Dialer{Control: func(string, string, syscall.RawConn) error { return errNoDial }}
}

// noWebSocket is noDialer for WebSocket.
func noWebSocket(net.Addr) ws.Dialer {
	return ws.Dialer{NetDial: func(context.Context, string, string) (net.Conn, error) { return nil, errNoDial }}
}
