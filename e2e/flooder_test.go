//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// flooder sends what nobody wants, from many addresses of 127.0.0.0/8.
type flooder struct {
	t    *testing.T
	d    *daemon
	sent sync.WaitGroup
}

// from is the n-th address of a network 127.net.0.0/16.
func from(network byte, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, network, byte(n >> 8), byte(n)})
}

// dial opens a socket on an address that sends to the daemon.
func (f *flooder) dial(source netip.Addr) (*net.UDPConn, error) {
	return net.DialUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(source, 0)), net.UDPAddrFromAddrPort(f.d.sip))
}

// message is a request of a call of its own.
func (f *flooder) message(method string, source netip.Addr, id string) []byte {
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]v\r\ns=-\r\nc=IN IP4 %[1]v\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n", source)
	if method != "INVITE" {
		body = ""
	}
	return fmt.Appendf(nil, "%[1]s sip:pickup@%[2]v SIP/2.0\r\nVia: SIP/2.0/UDP %[3]v:5060;branch=z9hG4bK-%[4]s;rport\r\n"+
		"From: <sip:flood@%[3]v>;tag=%[4]s\r\nTo: <sip:pickup@%[2]v>\r\nCall-ID: %[4]s\r\nCSeq: 1 %[1]s\r\n"+
		"Contact: <sip:flood@%[3]v>\r\nContent-Type: application/sdp\r\nContent-Length: %[5]d\r\n\r\n%[6]s",
		method, f.d.sip, source, id, len(body), body)
}

// invites sends so many INVITEs a second from a few sources, and no ACK.
func (f *flooder) invites(total, rate, sources int) {
	for n := range sources {
		f.sent.Go(func() {
			source := from(1, n+1)
			socket, err := f.dial(source)
			if err != nil {
				f.t.Errorf("flood: %v", err)
				return
			}
			defer socket.Close()
			const batch = 20
			pause := time.NewTicker(time.Duration(batch*sources) * time.Second / time.Duration(rate))
			defer pause.Stop()
			for i := range total / sources {
				if i%batch == 0 {
					<-pause.C
				}
				_, _ = socket.Write(f.message("INVITE", source, fmt.Sprintf("flood-%d-%d", n, i)))
			}
		})
	}
}

// garbage sends datagrams of all sorts, twenty from each source.
func (f *flooder) garbage(total, rate int) {
	f.sent.Go(func() {
		const each = 20
		random := rand.New(rand.NewPCG(1, 2))
		pause := time.NewTicker(each * time.Second / time.Duration(rate))
		defer pause.Stop()
		for n := range total / each {
			<-pause.C
			source := from(2, n+1)
			socket, err := f.dial(source)
			if err != nil {
				f.t.Errorf("flood: %v", err)
				return
			}
			for i := range each {
				_, _ = socket.Write(f.noise(random, source, fmt.Sprintf("garbage-%d-%d", n, i), i))
			}
			_ = socket.Close()
		}
	})
}

// noise is one datagram that leads to no call.
func (f *flooder) noise(random *rand.Rand, source netip.Addr, id string, kind int) []byte {
	switch kind % 5 {
	case 0:
		return f.message("OPTIONS", source, id)
	case 1:
		return f.message([]string{"BYE", "ACK", "CANCEL", "REGISTER"}[random.IntN(4)], source, id)
	case 2:
		m := f.message("INVITE", source, id)
		return m[:random.IntN(len(m)-1)]
	case 3:
		m := f.message("INVITE", source, id)
		return append(m[:40:40], strings.Repeat("Via: x\r\n", random.IntN(200))...)
	default:
		noise := make([]byte, 1+random.IntN(1400))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		return noise
	}
}

// connections opens connections in turn for TCP, TLS and WebSocket, that say nothing,
// or one byte a second of what would be a request, a handshake, or an upgrade.
func (f *flooder) connections(idle, dribbling int, end <-chan struct{}) {
	for n := range idle + dribbling {
		local := net.TCPAddrFromAddrPort(netip.AddrPortFrom(from(3, n/50+1), 0))
		ways := []struct {
			port uint16
			text string
		}{
			{f.d.sip.Port(), string(f.message("INVITE", f.d.sip.Addr(), "dribble-"+strconv.Itoa(n)))},
			{f.d.port("tls"), "\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03" + strings.Repeat("r", 32)}, // a ClientHello begins
			{f.d.port("ws"), "GET / HTTP/1.1\r\nHost: " + strings.Repeat("h", 1000)},
		}
		way := ways[n%len(ways)]
		to := netip.AddrPortFrom(f.d.sip.Addr(), way.port)
		conn, err := (&net.Dialer{LocalAddr: local, Timeout: time.Second}).Dial("tcp4", to.String())
		if err != nil {
			f.t.Errorf("flood: %v", err)
			return
		}
		f.sent.Go(func() {
			defer conn.Close()
			second := time.NewTicker(time.Second)
			defer second.Stop()
			for i := 0; ; i++ {
				select {
				case <-end:
					return
				case <-second.C:
				}
				if n >= idle {
					_, _ = conn.Write([]byte{way.text[i%len(way.text)]})
				}
			}
		})
	}
}

// resident is the memory of the daemon in MiB, as the kernel counts it.
func (d *daemon) resident() int {
	d.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, _ := strconv.Atoi(fields[1])
			return kib >> 10
		}
	}
	d.t.Fatal("no VmRSS in the status of the daemon")
	return 0
}

// within is a request in the dialog of a call, with the tag as ";tag=x".
func (f *flooder) within(method string, source netip.Addr, id, tag string) []byte {
	m := string(f.message(method, source, id))
	m = strings.Replace(m, "To: <sip:pickup@"+f.d.sip.String()+">", "To: <sip:pickup@"+f.d.sip.String()+">"+tag, 1)
	if method == "BYE" {
		m = strings.Replace(m, "CSeq: 1", "CSeq: 2", 1)
	}
	return []byte(strings.Replace(m, "branch=z9hG4bK-"+id, "branch=z9hG4bK-"+id+"-"+method, 1))
}

// loadAverage is how many tasks wanted a processor in the last minute.
func loadAverage(t *testing.T) (load float64) {
	t.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, err = fmt.Sscan(string(text), &load)
	}
	if err != nil {
		t.Fatal(err)
	}
	return load
}
