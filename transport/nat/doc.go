// Package nat decides which address of ours a peer is told when the host is behind an
// address translator, and finds out the outer address.
//
// A [Policy] is the pure decision. A [Watcher] keeps one up to date: [Watcher.Run]
// asks for the outer address now and then until its context ends, and
// [Watcher.Policy] is what is known. Run starts no goroutine.
package nat
