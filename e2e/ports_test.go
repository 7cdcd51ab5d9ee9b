//go:build e2e

package e2e

import (
	"net"
	"net/netip"
	"testing"
)

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// nextPort is where the search for free ports goes on; each test gets other ones.
// All are below 32768, where the kernel begins to choose ports for other sockets.
var nextPort uint16 = 20000

const lastPort uint16 = 32766

// freePorts finds n ports in a row, the first of them even, that nobody uses for
// UDP or TCP.
func freePorts(t *testing.T, n uint16) uint16 {
	t.Helper()
	for first := nextPort; first+n <= lastPort; first += 2 {
		if free(first, n) {
			nextPort = first + n + n%2
			return first
		}
	}
	t.Fatalf("no %d free ports between %d and %d", n, nextPort, lastPort)
	return 0
}

func free(first, n uint16) bool {
	for port := first; port < first+n; port++ {
		socket, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, port)))
		if err != nil {
			return false
		}
		_ = socket.Close()
		listener, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.AddrPortFrom(loopback, port)))
		if err != nil {
			return false
		}
		_ = listener.Close()
	}
	return true
}
