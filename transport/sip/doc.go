// Package sip answers SIP calls over UDP, TCP, TLS and WebSocket (RFC 3261, RFC 7118).
// Parsing, transport and server transactions are those of sipgo; what belongs to a dialog is here: tags,
// the repetition of the 200, both ways in which an ACK comes, the race of CANCEL
// with the answer, changes of the session by re-INVITE and UPDATE, BYE in both
// directions, validation, the address that a response leaves from, handshakes, frames
// and the bounds of a connection.
//
// A [Server] is made with its [Handler] and given sockets:
//
//	server, err := sip.NewServer(sip.Config{Handler: calls})
//	conn, err := sip.ListenUDP(netip.MustParseAddrPort("0.0.0.0:5060"))
//	go func() { ended <- server.ServeUDP(conn) }()
//	listener, err := sip.ListenTCP(netip.MustParseAddrPort("0.0.0.0:5060"))
//	go func() { ended <- server.ServeTCP(listener) }()
//	...
//	server.Close() // closes sockets and connections, joins everything
//
// Every INVITE that stands validation becomes a [Leg] and one call of
// [Handler.Invite], on a goroutine of its own. The handler acts by the methods
// of the leg, none of which waits for the caller, and hears of the caller
// through the [Events] that it subscribes. When Invite returns, the leg no longer
// speaks to the handler and ends what is left of the dialog by itself.
//
// Who stops what: the handler ends its call and returns; [Server.Close] stops
// the read loops, all timers of this package and the transactions, and returns
// when the handlers have returned. End the calls before Close.
package sip
