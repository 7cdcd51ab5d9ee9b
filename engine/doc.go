// Package engine is the composition root: it joins signalling, media, audio and the
// calls themselves into a server, and is the only package that sees them all.
//
// [New] builds an [Engine] from a configuration, a prompt and open listeners;
// [Engine.Run] serves until its context ends, then drains in one order:
// unregister the accounts, admit nobody, let the calls end by themselves for the grace,
// end the rest with BYE, close the sockets, write what the observers still hold. When Run
// has returned, no goroutine of the engine lives and every admitted call has its record.
//
// A call comes in through [sip.Handler] on the goroutine of its INVITE, which is
// the call's actor from then on; supervisor.go is that path from top to bottom.
package engine
