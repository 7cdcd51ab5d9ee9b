package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// receiveBuffer is asked for on each socket, in bytes: a second of 300 streams on
// four sockets with the kernel's overhead for a packet.
const receiveBuffer = 4 << 20

// receiver is where callers have their RTP sent: a few pairs of UDP sockets on
// loopback, whose packets and reports are counted in streams. close ends and joins
// its goroutines.
type receiver struct {
	*streams
	sockets  []*net.UDPConn // for RTP
	controls []*net.UDPConn // for RTCP, on the port above
	reading  sync.WaitGroup
}

// newReceiver opens pairs of sockets on ports that the kernel chooses.
func newReceiver(pairs int) (*receiver, error) {
	r := &receiver{streams: newStreams()}
	for range pairs {
		socket, control, err := openPair()
		if err != nil {
			r.close()
			return nil, fmt.Errorf("receiver: %w", err)
		}
		r.sockets, r.controls = append(r.sockets, socket), append(r.controls, control)
		enlarge(socket)
		enlarge(control)
		r.reading.Go(func() { read(socket, r.add) })
		r.reading.Go(func() { read(control, r.addReport) })
	}
	return r, nil
}

// openSocket opens a socket on this port of loopback, 0 for one that the kernel chooses.
func openSocket(port int) (*net.UDPConn, error) {
	return net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
}

func addressOf(socket *net.UDPConn) netip.AddrPort {
	return socket.LocalAddr().(*net.UDPAddr).AddrPort()
}

// openPair opens an even port for RTP and the odd one above it for RTCP, RFC 3550
// section 11. The kernel knows no pairs: it is asked again until one fits.
func openPair() (rtp, rtcp *net.UDPConn, err error) {
	for range 100 {
		if rtp, err = openSocket(0); err != nil {
			return nil, nil, err
		}
		port := int(addressOf(rtp).Port())
		if port%2 == 0 {
			if rtcp, err = openSocket(port + 1); err == nil {
				return rtp, rtcp, nil
			}
		}
		_ = rtp.Close()
	}
	return nil, nil, fmt.Errorf("no pair of ports: %w", err)
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

// read hands on what arrives, until the socket is closed.
func read(socket *net.UDPConn, add func([]byte, netip.AddrPort)) {
	packet := make([]byte, 2048)
	for {
		n, from, err := socket.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		add(packet[:n], from)
	}
}

// addresses are those for RTP.
func (r *receiver) addresses() []netip.AddrPort {
	var out []netip.AddrPort
	for _, socket := range r.sockets {
		out = append(out, addressOf(socket))
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
	for _, socket := range slices.Concat(r.sockets, r.controls) {
		_ = socket.Close()
	}
	r.reading.Wait()
}
