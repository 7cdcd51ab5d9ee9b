//go:build e2e

package e2e

import (
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// Calls by SIPp over IPv6, signalling and media, by UDP and by TCP.
func TestFullSIPpOverIPv6(t *testing.T) {
	const calls, seconds = 10, 3
	for _, transport := range []string{"u1", "t1"} {
		t.Run(transport, func(t *testing.T) {
			socket, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
			if err != nil {
				t.Fatal(err)
			}
			heard := newStreams()
			var reading sync.WaitGroup
			reading.Go(func() { read(socket, heard.add) })
			d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: calls + 5, secure: true})
			l := load{calls: calls, atOnce: calls, rate: 10, seconds: seconds, transport: transport}
			port := socket.LocalAddr().(*net.UDPAddr).AddrPort().Port()
			callers := runSIPp(t, d, []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Loopback(), port)}, l)
			callers.wait(30 * time.Second)
			d.stop()
			_ = socket.Close()
			reading.Wait()
			checkMedia(t, d, heard, calls, seconds)
		})
	}
}
