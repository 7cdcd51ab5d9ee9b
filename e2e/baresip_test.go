//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"pickup/codec"
)

// baresipConfig is for a headless caller: it speaks from a WAV file, and its module
// sndfile records the decoded audio before any jitter buffer of the sound card. The
// network jitter buffer is off, under the names of old and new versions, since it
// would keep the last packets to itself.
const baresipConfig = `sip_listen 127.0.0.1:%d
net_interface 127.0.0.1
rtp_ports %d-%d
jitter_buffer_delay 0-0
audio_jitter_buffer_type off
module_path %s
module g711.so
module g722.so
module aufile.so
module sndfile.so
module_app account.so
module_app menu.so
audio_source aufile,%s
ausrc_srate %[6]d
auplay_srate %[6]d
snd_path %[7]s
`

// modules is where Debian and Ubuntu have the modules of baresip.
const modules = "/usr/lib/baresip/modules"

// baresipCalls places one call with baresip over this transport, udp, tcp or tls, waits
// until it is over and returns what baresip has heard.
func baresipCalls(t *testing.T, d *daemon, format codec.Format, transport string, limit time.Duration) []float64 {
	t.Helper()
	port := d.sip.Port()
	if transport == "tls" {
		port = d.port("tls")
	}
	return baresipDials(t, d, format, callee{transport, port, d.certificate}, limit)
}

// callee is where baresip sends its requests: to the daemon, or to a proxy before it.
type callee struct {
	transport   string
	port        uint16
	certificate string // path of the one to trust, if any
}

// baresipDials is baresipCalls with a choice of whom baresip talks to.
func baresipDials(t *testing.T, d *daemon, format codec.Format, to callee, limit time.Duration) []float64 {
	t.Helper()
	folder := t.TempDir()
	voice := filepath.Join(folder, "voice.wav")
	tool(t, "sox", "-n", "-r", fmt.Sprint(format.SampleRate), "-c", "1", "-b", "16", voice, "synth", "40", "sine", "440", "vol", "0.3")
	media := freePorts(t, 20)
	config := fmt.Sprintf(baresipConfig, freePorts(t, 2), media, media+18, modules, voice, format.SampleRate, folder)
	if to.certificate != "" {
		config += fmt.Sprintf("sip_cafile %s\nsip_verify_server yes\n", to.certificate)
	}
	write(t, folder, "config", config)
	write(t, folder, "accounts", fmt.Sprintf("<sip:e2e@127.0.0.1;transport=%s>;regint=0;audio_codecs=%s/%d/1\n", to.transport, format.Name, format.SampleRate))
	write(t, folder, "contacts", "")

	target := fmt.Sprintf("sip:pickup@%v:%d", loopback, to.port)
	if to.transport == "tls" {
		target += ";transport=tls"
	}
	command := exec.Command("baresip", "-f", folder, "-e", "/dial "+target)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	finish := func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		// Ended by our signal or by itself: either is the end.
		_ = command.Wait()
	}
	ended := false
	t.Cleanup(func() {
		if !ended {
			finish()
		}
		if t.Failed() {
			t.Logf("baresip: %s", strings.ReplaceAll(said.String(), "\r", "\n"))
		}
	})
	eventually(t, limit, "the call has ended", func() bool { return len(d.records()) == 1 })
	// The recording is closed with baresip's end of the call.
	finish()
	ended = true
	recordings, err := filepath.Glob(filepath.Join(folder, "dump-*dec.wav"))
	if err != nil || len(recordings) != 1 {
		t.Fatalf("recordings: got %v, %v, want one", recordings, err)
	}
	return readWAV(t, recordings[0], format.SampleRate)
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// One short call, looked at from all sides: the wire, the caller, tshark and sox.
func TestShortBaresip(t *testing.T) {
	const seconds = 3
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: seconds, calls: 4, raced: true})
	wire := record(t, d)
	heard := baresipCalls(t, d, codec.PCMU, "udp", 20*time.Second)
	wire.stop()
	prompt, packets := played(t, codec.PCMU, seconds), wire.sent()
	t.Run("wire", func(t *testing.T) { checkPackets(t, packets, seconds*50) })
	t.Run("baresip hears the prompt", func(t *testing.T) { checkHeard(t, prompt, heard) })
	t.Run("sox hears the prompt", func(t *testing.T) { checkHeard(t, prompt, soxDecodes(t, packets, codec.PCMU)) })
	t.Run("tshark finds no loss", func(t *testing.T) { checkTsharkStreams(t, wire, seconds*50) })
	t.Run("BYE says why", func(t *testing.T) { checkHangUp(t, wire) })
	t.Run("record", func(t *testing.T) { checkRecord(t, d.records()[0], seconds) })
	d.stop()
}

func TestShortBaresipTCP(t *testing.T) {
	testBaresipTCP(t, 3)
}

func TestFullBaresipTCP(t *testing.T) {
	testBaresipTCP(t, 30)
}

// testBaresipTCP is a call whose signalling uses TCP, and no UDP at all.
func testBaresipTCP(t *testing.T, seconds int) {
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: seconds, calls: 4})
	heard := baresipCalls(t, d, codec.PCMA, "tcp", time.Duration(seconds+20)*time.Second)
	checkHeard(t, played(t, codec.PCMA, seconds), heard)
	checkRecord(t, d.records()[0], seconds)
	d.stop()
	for _, r := range d.callRecords() {
		if r.Transport != "TCP" || r.Cause != "completed" || r.HungUpBy != "server" {
			t.Errorf("transport, cause, hangup_by: got %q, %q, %q, want TCP, completed, server", r.Transport, r.Cause, r.HungUpBy)
		}
	}
}

// The wide band, which baresip has to decode as we encoded it.
func TestShortBaresipG722(t *testing.T) {
	const seconds = 3
	d := start(t, settings{codecs: []string{"PCMU", "PCMA", "G722"}, seconds: seconds, calls: 4})
	heard := baresipCalls(t, d, codec.G722, "udp", 20*time.Second)
	checkHeard(t, played(t, codec.G722, seconds), heard)
	checkRecord(t, d.records()[0], seconds)
	d.stop()
}

func TestFullBaresip(t *testing.T) {
	for _, format := range codec.Formats() {
		t.Run(format.Name, func(t *testing.T) {
			const seconds = 30
			d := start(t, settings{codecs: []string{"PCMU", "PCMA", "G722"}, seconds: seconds, calls: 4})
			wire := record(t, d)
			heard := baresipCalls(t, d, format, "udp", 50*time.Second)
			wire.stop()
			packets := wire.sent()
			checkPackets(t, packets, seconds*50)
			checkPayloadType(t, packets, format.PayloadType)
			checkHeard(t, played(t, format, seconds), heard)
			checkTsharkStreams(t, wire, seconds*50)
			checkDuration(t, packets, checkHangUp(t, wire), seconds)
			checkRecord(t, d.records()[0], seconds)
			d.stop()
		})
	}
}

// checkDuration wants the BYE that many seconds after the first packet, and a
// frame time after the last one was due.
func checkDuration(t *testing.T, packets []packet, bye float64, seconds int) {
	t.Helper()
	if len(packets) == 0 {
		return
	}
	if got := bye - packets[0].at; math.Abs(got-float64(seconds)) > 0.020 {
		t.Errorf("first packet to BYE: got %.4f s, want %d s within 20 ms", got, seconds)
	} else {
		t.Logf("first packet to BYE: %.4f s", got)
	}
}

func checkPayloadType(t *testing.T, packets []packet, want uint8) {
	t.Helper()
	for n, p := range packets {
		if got := p.data[1] & 0x7F; got != want {
			t.Errorf("packet %d: payload type: got %d, want %d", n, got, want)
			return
		}
	}
}

// checkHangUp wants a normal end and returns its time in the capture.
func checkHangUp(t *testing.T, wire *capture) float64 {
	t.Helper()
	at, reason := wire.hangUp()
	if want := regexp.MustCompile(`^Q\.850;cause=16;text=".+"$`); !want.MatchString(reason) {
		t.Errorf("Reason of the BYE: got %q, want %v", reason, want)
	}
	return at
}

// checkRecord wants the call's line in the log to say what happened. The caller
// speaks as long as it listens; how much of it came in depends on its start.
func checkRecord(t *testing.T, r ended, seconds int) {
	t.Helper()
	if want := seconds * 50; r.TxPackets != want {
		t.Errorf("tx_packets: got %d, want %d", r.TxPackets, want)
	}
	if want := seconds * 40; r.RxPackets < want {
		t.Errorf("rx_packets: got %d, want at least %d", r.RxPackets, want)
	}
	if r.CallID == "" || r.Cause == "" {
		t.Errorf("call_id, cause: got %q, %q, want both", r.CallID, r.Cause)
	}
}

// tsharkStream matches one line of `tshark -z rtp,streams`: source port, then
// packets, then lost packets.
var tsharkStream = regexp.MustCompile(`127\.0\.0\.1\s+(\d+)\s+127\.0\.0\.1\s+\d+\s+0x[0-9A-Fa-f]+\s+.*?\s(\d+)\s+(-?\d+) \(`)

// checkTsharkStreams wants tshark's own statistics to have one stream from Pickup,
// with all packets and none lost.
func checkTsharkStreams(t *testing.T, wire *capture, packets int) {
	t.Helper()
	table := wire.tshark("-q", "-z", "rtp,streams")
	found := 0
	for _, row := range tsharkStream.FindAllStringSubmatch(table, -1) {
		port := 0
		if _, err := fmt.Sscan(row[1], &port); err != nil || port < int(wire.d.rtp[0]) || port > int(wire.d.rtp[1]) {
			continue
		}
		found++
		if row[2] != fmt.Sprint(packets) || row[3] != "0" {
			t.Errorf("tshark: got %s packets, %s lost, want %d, 0", row[2], row[3], packets)
		}
	}
	if found != 1 {
		t.Errorf("tshark: got %d streams from Pickup, want 1:\n%s", found, table)
	}
}
