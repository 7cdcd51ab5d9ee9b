// Package calls is one call: an actor that drives an explicit state machine.
//
// A [Call] is made by [New] from a [Leg] (its signalling), a [Media] (its audio)
// and an [Options] value that decides, once, what the call does. [Call.Run] is the
// actor: it runs on the goroutine that calls it, owns all state of the call, and
// returns the [Record] when the call is Done. Everything that happens to the call
// reaches it through [Call.Post]; everything that it does is told as a [Notice].
//
// The whole life of a call is the table in fsm.go:
//
//	Ringing → Answering → Playing → HangingUp → Done
//
// The package knows no sockets, no SIP library and no codec. It stops what it
// starts: when Run has returned, the media is stopped and no timer is armed.
package calls
