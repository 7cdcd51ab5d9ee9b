// Package memnet is an in-memory network of UDP sockets for tests.
//
// A [Network] carries datagrams between the sockets that were opened on it with
// [Network.Listen]. It delays, loses, duplicates and reorders them as its
// [Options] say, and the same seed gives the same fates to the same sequence of
// packets. Time is the package time's, so inside a testing/synctest bubble a
// network with 40 ms of latency delivers after exactly 40 ms of virtual time:
//
//	network := memnet.New(memnet.Options{Latency: 40 * time.Millisecond, Loss: 0.01, Seed: 1})
//	network.Tap(func(p memnet.Packet) { sent = append(sent, p) })
//	caller, err := network.Listen(netip.MustParseAddrPort("192.0.2.1:5060"))
//	server, err := network.Listen(netip.MustParseAddrPort("192.0.2.2:5060"))
//
// Inside a bubble the network has to be created, and its sockets opened, by
// goroutines of that bubble.
//
// A [Conn] is a [net.PacketConn], for code that reads on a goroutine of its
// own, and has the non-blocking pair Send and Receive, for code that polls.
// What is due at an instant can be read at that instant: two packets never
// change places because their timers were equal, and a reader that wakes at the
// very moment of an arrival sees the packet.
//
// The network owns no goroutine and needs no Close; whoever opened a socket
// closes it. [Network.Open] tells whether all of them were closed.
package memnet
