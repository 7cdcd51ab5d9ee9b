// Package siptest is a scripted SIP caller for tests. A scenario reads as the call
// flow:
//
//	caller := siptest.NewCaller(t, conn, server)
//	call := caller.Invite(offer)
//	call.Want(180)
//	answer := call.Want(200)
//	call.Ack()
//	bye := call.WantRequest("BYE")
//	call.Reply(bye, 200)
//
// It speaks raw SIP text over any [net.PacketConn], or with [NewStreamCaller],
// [NewSecureCaller] and [NewWebSocketCaller] over any [net.Conn], with no SIP library, so that it can send what a library would not. It
// repeats nothing and answers nothing by itself, unless [Caller.Insist] is called for
// a network that loses packets. [Listener] is TCP in memory. The caller is closed and
// joined when the test ends.
package siptest
