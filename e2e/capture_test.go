//go:build e2e

package e2e

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// capture records what a daemon sends and receives, with dumpcap on loopback.
type capture struct {
	t       *testing.T
	d       *daemon
	file    string
	command *exec.Cmd
	said    bytes.Buffer
	exited  chan struct{}
}

// record begins a capture and returns when packets are seen in it.
func record(t *testing.T, d *daemon) *capture {
	t.Helper()
	c := &capture{t: t, d: d, file: filepath.Join(t.TempDir(), "call.pcapng"), exited: make(chan struct{})}
	filter := fmt.Sprintf("port %d or udp portrange %d-%d", d.sip.Port(), d.rtp[0], d.rtp[1])
	c.command = exec.Command("dumpcap", "-q", "-i", "lo", "-B", "16", "-f", filter, "-w", c.file)
	c.command.Stdout, c.command.Stderr = &c.said, &c.said
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.command.Wait()
		close(c.exited)
	}()
	t.Cleanup(func() {
		_ = c.command.Process.Kill()
		<-c.exited
	})
	c.mark("begin")
	return c
}

// mark sends requests until one of them stands in the file: what was sent before
// it stands there too.
func (c *capture) mark(name string) {
	c.t.Helper()
	name = "capture-" + name
	eventually(c.t, 10*time.Second, name+" stands in the capture", func() bool {
		request(c.d.sip, "OPTIONS", name)
		written, err := os.ReadFile(c.file)
		return err == nil && bytes.Contains(written, []byte(name))
	})
}

// stop ends the capture; everything up to now is in the file.
func (c *capture) stop() {
	c.t.Helper()
	c.mark("end")
	if err := c.command.Process.Signal(os.Interrupt); err != nil {
		c.t.Fatal(err)
	}
	eventually(c.t, 10*time.Second, "dumpcap ends", func() bool {
		select {
		case <-c.exited:
			return true
		default:
			return false
		}
	})
	if code := c.command.ProcessState.ExitCode(); code != 0 {
		c.t.Fatalf("dumpcap: exit code %d\n%s", code, &c.said)
	}
}

// tshark reads the capture and returns what tshark prints.
func (c *capture) tshark(arguments ...string) string {
	c.t.Helper()
	port := fmt.Sprintf(".port==%d,sip", c.d.sip.Port())
	var said bytes.Buffer
	command := exec.Command("tshark", append([]string{"-n", "-r", c.file, "-d", "udp" + port, "-d", "tcp" + port}, arguments...)...)
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		c.t.Fatalf("tshark %v: %v\n%s", arguments, err, &said)
	}
	return string(out)
}

// rows are the named fields of each packet that the display filter lets through.
func (c *capture) rows(filter string, fields ...string) [][]string {
	c.t.Helper()
	arguments := []string{"-Y", filter, "-T", "fields"}
	for _, field := range fields {
		arguments = append(arguments, "-e", field)
	}
	var out [][]string
	for line := range strings.Lines(c.tshark(arguments...)) {
		out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return out
}

// media is the display filter for what left Pickup's media ports.
func (c *capture) media() string {
	return fmt.Sprintf("udp.srcport >= %d && udp.srcport <= %d", c.d.rtp[0], c.d.rtp[1])
}

// packet is one RTP packet that Pickup sent.
type packet struct {
	at   float64 // seconds since the first packet of the capture
	data []byte
}

// sent are the packets that tshark takes for RTP, by the SDP that it saw, and that
// left Pickup.
func (c *capture) sent() []packet {
	c.t.Helper()
	var out []packet
	for _, row := range c.rows("rtp && "+c.media(), "frame.time_relative", "udp.payload") {
		data, err := hex.DecodeString(strings.ReplaceAll(row[1], ":", ""))
		if err != nil {
			c.t.Fatalf("tshark: payload %q: %v", row[1], err)
		}
		out = append(out, packet{at: c.seconds(row[0]), data: data})
	}
	return out
}

// hangUp is the time of the first BYE that Pickup sent, in seconds since the first
// packet of the capture, and its Reason.
func (c *capture) hangUp() (at float64, reason string) {
	c.t.Helper()
	filter := fmt.Sprintf(`sip.Method == "BYE" && udp.srcport == %d`, c.d.sip.Port())
	rows := c.rows(filter, "frame.time_relative", "sip.Reason")
	if len(rows) == 0 {
		c.t.Fatal("the capture has no BYE from Pickup")
	}
	return c.seconds(rows[0][0]), rows[0][1]
}

func (c *capture) seconds(field string) float64 {
	c.t.Helper()
	value, err := strconv.ParseFloat(field, 64)
	if err != nil {
		c.t.Fatalf("tshark: time %q: %v", field, err)
	}
	return value
}

// checkPackets wants one faultless stream of that many packets from Pickup.
func checkPackets(t *testing.T, packets []packet, want int) {
	t.Helper()
	counted := newStreams()
	for _, p := range packets {
		counted.add(p.data, netip.AddrPort{})
	}
	for _, fault := range counted.faults(1, plan{frames: want}) {
		t.Error(fault)
	}
}
