//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// The ports for tests are all below 32768, where the kernel begins to choose ports for
// other sockets.
const firstPort, lastPort uint16 = 20000, 32766

// nextPort is where the search for free ports goes on, so that each test gets other
// ones than the test before it. Each process begins elsewhere: what does not know the
// claims may be at the same ports.
var (
	portsMutex sync.Mutex
	nextPort   = firstPort + uint16(os.Getpid()*127%6000)*2
)

// claims is a file of which each octet stands for a port: other processes that run
// these tests leave the ports alone whose octets this one has locked. The end of the
// process gives them back, and so a process that dies blocks nothing.
var claims = sync.OnceValues(func() (*os.File, error) {
	return os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("pickup-e2e-ports-%d", os.Getuid())), os.O_RDWR|os.O_CREATE, 0o600)
})

// freePorts finds n ports in a row, the first of them even, that nobody uses for
// UDP or TCP. Until the end of the test no other process that runs these tests takes
// them.
func freePorts(t *testing.T, n uint16) uint16 {
	t.Helper()
	file, err := claims()
	if err != nil {
		t.Fatal(err)
	}
	portsMutex.Lock()
	defer portsMutex.Unlock()
	for turn := range 2 {
		if turn == 1 {
			nextPort = firstPort
		}
		for ; nextPort+n <= lastPort; nextPort += 2 {
			first := nextPort
			if !claim(file, syscall.F_WRLCK, first, n) {
				continue
			}
			if free(first, n) {
				t.Cleanup(func() { claim(file, syscall.F_UNLCK, first, n) })
				nextPort += n + n%2
				return first
			}
			claim(file, syscall.F_UNLCK, first, n)
		}
	}
	t.Fatalf("no %d free ports between %d and %d", n, firstPort, lastPort)
	return 0
}

// claim locks or unlocks the octets of n ports; it cannot lock what another process has.
func claim(file *os.File, kind int16, first, n uint16) bool {
	return syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: kind, Start: int64(first), Len: int64(n)}) == nil
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
