// Package sip answers SIP calls over UDP, TCP, TLS and WebSocket (RFC 3261, RFC 7118).
// Parsing, transport and server transactions are those of sipgo; what belongs to a dialog
// is here: tags, the repetition of the 200, both ways in which an ACK comes, the race of
// CANCEL with the answer, reliable provisional responses, changes of the session by
// re-INVITE, UPDATE and PRACK, session timers, BYE in both directions. So are validation,
// digest authentication of callers, registration at registrars, what a stranger may cost,
// the address that a response leaves from, handshakes, frames and the bounds of a
// connection.
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
// The path of an INVITE over UDP, on the goroutine that reads the socket:
//
//	socket.ReadFrom    admits or drops it (ACL, messages of its source)
//	Server.filter      drops what is no SIP message, tidies the rest
//	Server.front       answers what needs no memory:
//	  take, alone      parses and validates it
//	  overload         limits, a challenge, a merged request
//	sipgo              parses it again
//	Server.prepare     writes the peer's address into it, gives it its turn
//
// and on the goroutine of the request, which sipgo starts for each message:
//
//	sipgo              finds or begins the transaction
//	Server.request     counts the transaction
//	Server.dispatch    validates it, finds who answers: the dialog, or
//	Server.invite      makes the Leg
//	Handler.Invite     the call
//
// A message of a connection begins at stream.Read instead, and takes the same path from
// filter.
//
// Who stops what: the handler ends its call and returns; [Server.Close] stops
// the read loops, all timers of this package and the transactions, and returns
// when the handlers have returned. End the calls before Close.
package sip
