package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
)

// receiveBuffer is asked for on each socket, in bytes: a second of 300 streams on
// four sockets with the kernel's overhead for a packet.
const receiveBuffer = 4 << 20

// receiver is where callers have their RTP sent: a few UDP sockets on loopback,
// whose packets are counted in streams. close ends and joins its goroutines.
type receiver struct {
	*streams
	sockets []*net.UDPConn
	reading sync.WaitGroup
}

// newReceiver opens sockets on ports that the kernel chooses.
func newReceiver(sockets int) (*receiver, error) {
	r := &receiver{streams: newStreams()}
	for range sockets {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			r.close()
			return nil, fmt.Errorf("receiver: %w", err)
		}
		r.sockets = append(r.sockets, socket)
		enlarge(socket)
		r.reading.Go(func() { r.read(socket) })
	}
	return r, nil
}

// enlarge asks for receiveBuffer; root may go beyond net.core.rmem_max. A smaller
// buffer is no error here: drops tells whether it was too small.
func enlarge(socket *net.UDPConn) {
	_ = socket.SetReadBuffer(receiveBuffer)
	raw, err := socket.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, receiveBuffer)
	})
}

func (r *receiver) read(socket *net.UDPConn) {
	packet := make([]byte, 2048)
	for {
		n, from, err := socket.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		r.add(packet[:n], from)
	}
}

// addresses are those of the sockets.
func (r *receiver) addresses() []netip.AddrPort {
	var out []netip.AddrPort
	for _, socket := range r.sockets {
		out = append(out, socket.LocalAddr().(*net.UDPAddr).AddrPort())
	}
	return out
}

// drops is how many packets the kernel has thrown away because the receiver was
// too slow for its buffers: with them a missing packet is no fault of Pickup.
func (r *receiver) drops() (int, error) {
	table, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		return 0, fmt.Errorf("receiver: %w", err)
	}
	dropped := 0
	for _, address := range r.addresses() {
		local := fmt.Sprintf("0100007F:%04X", address.Port())
		for line := range strings.Lines(string(table)) {
			fields := strings.Fields(line)
			if len(fields) < 13 || fields[1] != local {
				continue
			}
			var n int
			if _, err := fmt.Sscan(fields[len(fields)-1], &n); err != nil {
				return 0, fmt.Errorf("receiver: /proc/net/udp: %q: %w", line, err)
			}
			dropped += n
		}
	}
	return dropped, nil
}

// close ends the receiver; what was counted stays.
func (r *receiver) close() {
	for _, socket := range r.sockets {
		_ = socket.Close()
	}
	r.reading.Wait()
}
