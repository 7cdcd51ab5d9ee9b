//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// browser is a caller by WebSocket that speaks SIP as the libraries for browsers do: it
// has no address of its own (RFC 7118 section 5), and hears of its BYE by the connection.
type browser struct {
	t         *testing.T
	conn      net.Conn
	transport string // "WS" or "WSS"
	server    netip.AddrPort
	toTag     string
}

func newBrowser(t *testing.T, d *daemon, transport string) *browser {
	t.Helper()
	scheme := strings.ToLower(transport)
	b := &browser{t: t, transport: transport, server: netip.AddrPortFrom(d.sip.Addr(), d.port(scheme))}
	certificate, err := os.ReadFile(d.certificate)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(certificate)
	dialer := ws.Dialer{Protocols: []string{"sip"}, Timeout: 10 * time.Second, TLSConfig: &tls.Config{RootCAs: trusted}}
	b.conn, _, _, err = dialer.Dial(context.Background(), fmt.Sprintf("%s://%v/", scheme, b.server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.conn.Close() })
	return b
}

// send sends a request of the call, without a Content-Length as a WebSocket allows.
func (b *browser) send(method, sdp string) {
	b.t.Helper()
	to := ""
	if b.toTag != "" {
		to = ";tag=" + b.toTag
	}
	text := fmt.Sprintf("%[1]s sip:pickup@%[2]v;transport=ws SIP/2.0\r\n"+
		"Via: SIP/2.0/%[3]s df7jal23ls0d.invalid;branch=z9hG4bK-%[1]s\r\nMax-Forwards: 69\r\n"+
		"To: <sip:pickup@%[2]v>%[4]s\r\nFrom: <sip:browser@example.com>;tag=browser\r\nCall-ID: browser-%[3]s\r\n"+
		"CSeq: 1 %[1]s\r\nContact: <sip:q5r7@df7jal23ls0d.invalid;transport=ws;ob>\r\nSupported: outbound\r\n",
		method, b.server, b.transport, to)
	if sdp != "" {
		text += "Content-Type: application/sdp\r\n"
	}
	b.write(text + "\r\n" + sdp)
}

func (b *browser) write(text string) {
	b.t.Helper()
	if err := wsutil.WriteClientText(b.conn, []byte(text)); err != nil {
		b.t.Fatal(err)
	}
}

// want waits for the next message that begins so; provisional responses are passed over.
func (b *browser) want(start string) string {
	b.t.Helper()
	_ = b.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		data, err := wsutil.ReadServerText(b.conn)
		if err != nil {
			b.t.Fatalf("waiting for %q: %v", start, err)
		}
		text := string(data)
		if _, tag, ok := strings.Cut(text, "To: "); ok && strings.HasPrefix(text, "SIP/2.0 ") {
			tag, _, _ = strings.Cut(tag, "\r\n")
			_, b.toTag, _ = strings.Cut(tag, ";tag=")
		}
		if strings.HasPrefix(text, start) {
			return text
		}
		if !strings.HasPrefix(text, "SIP/2.0 1") {
			b.t.Fatalf("got %q, want %q", text, start)
		}
	}
}

// A call by WebSocket, plain and secure: INVITE, 200, ACK, the prompt by RTP, and the
// BYE of the server by the same connection. Node's JsSIP would need packages of npm at
// each run; this speaks the same bytes.
func TestFullWebSocket(t *testing.T) {
	const seconds = 3
	for _, transport := range []string{"WS", "WSS"} {
		t.Run(transport, func(t *testing.T) {
			d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 4, secure: true})
			socket, err := openSocket(0)
			if err != nil {
				t.Fatal(err)
			}
			heard := newStreams()
			var reading sync.WaitGroup
			reading.Go(func() { read(socket, heard.add) })
			b := newBrowser(t, d, transport)
			b.send("INVITE", fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n",
				addressOf(socket).Port()))
			ok := b.want("SIP/2.0 200 OK")
			if want := fmt.Sprintf("Contact: <sip:%v;transport=ws>\r\n", b.server); !strings.Contains(ok, want) {
				t.Errorf("200: got\n%s\nwant %q in it", ok, want)
			}
			b.send("ACK", "")
			bye := b.want("BYE sip:q5r7@df7jal23ls0d.invalid;transport=ws;ob SIP/2.0\r\nVia: SIP/2.0/" + transport + " ")
			answer := "SIP/2.0 200 OK\r\n"
			for _, line := range strings.Split(bye, "\r\n") {
				switch name, _, _ := strings.Cut(line, ":"); name {
				case "Via", "From", "To", "Call-ID", "CSeq":
					answer += line + "\r\n"
				}
			}
			b.write(answer + "\r\n")
			eventually(t, 5*time.Second, "the call has ended", func() bool { return len(d.records()) == 1 })
			if got := d.records()[0].Cause; got != "completed" {
				t.Errorf("cause: got %q, want completed", got)
			}
			d.stop()
			_ = socket.Close()
			reading.Wait()
			checkMedia(t, d, heard, 1, seconds)
		})
	}
}
