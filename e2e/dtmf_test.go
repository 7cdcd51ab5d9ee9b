//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dialerConfig is for a baresip that is told what to do over a connection (its module ctrl_tcp).
const dialerConfig = `sip_listen 127.0.0.1:%d
net_interface 127.0.0.1
rtp_ports %d-%d
ctrl_tcp_listen 127.0.0.1:%d
module_path %s
module g711.so
module aufile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
audio_source aufile,%s
ausrc_srate 8000
auplay_srate 8000
`

// baresipPresses places a call with baresip that speaks from a file of 8000 Hz and, while
// it is up, sends the keys by RFC 4733. It returns the record of the call, which the server
// ends.
func baresipPresses(t *testing.T, d *daemon, voice, keys string) callRecord {
	t.Helper()
	folder, ctrl, media := t.TempDir(), freePorts(t, 2), freePorts(t, 20)
	write(t, folder, "config", fmt.Sprintf(dialerConfig, freePorts(t, 2), media, media+18, ctrl, modules, voice))
	write(t, folder, "accounts", "<sip:e2e@127.0.0.1;transport=udp>;regint=0;audio_codecs=PCMU/8000/1\n")
	write(t, folder, "contacts", "")
	command := exec.Command("baresip", "-f", folder, "-e", "/dial sip:pickup@"+d.sip.String())
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		// Ended by our signal or by itself: either is the end.
		_ = command.Wait()
		if t.Failed() {
			t.Logf("baresip: %s", strings.ReplaceAll(said.String(), "\r", "\n"))
		}
	})
	eventually(t, 10*time.Second, "the call is answered", func() bool { return d.logs("call answered") > 0 })
	for _, key := range keys {
		told(t, ctrl, map[string]string{"command": "sndcode", "params": string(key)})
		// A key is over when its digit has arrived; the next one would cut it short.
		before := d.logs("digit")
		eventually(t, 5*time.Second, "the digit "+string(key), func() bool { return d.logs("digit") > before })
	}
	eventually(t, 30*time.Second, "the call has ended", func() bool { return len(d.callRecords()) == 1 })
	return d.callRecords()[0]
}

// told sends baresip a command, as a netstring.
func told(t *testing.T, port uint16, command map[string]string) {
	t.Helper()
	body, err := json.Marshal(command)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "%d:%s,", len(body), body); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil || !bytes.Contains(answer[:n], []byte(`"ok":true`)) {
		t.Fatalf("baresip: got %s, %v to %s", answer[:n], err, body)
	}
}

// dialled are the digits of a record, and want that each came by this method.
func (r callRecord) dialled(t *testing.T, method string) string {
	t.Helper()
	keys := ""
	for _, digit := range r.Digits {
		keys += digit.Key
		if digit.Method != method {
			t.Errorf("digit %s: got it by %s, want %s", digit.Key, digit.Method, method)
		}
	}
	return keys
}

// quiet is a file of silence.
func quiet(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "quiet.wav")
	tool(t, "sox", "-n", "-r", "8000", "-c", "1", "-b", "16", file, "trim", "0", "40")
	return file
}

// The last digit ends the call; the star before it plays the prompt anew.
func TestShortDigitsOfBaresip(t *testing.T) {
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 20, calls: 4, raced: true, level: "debug", more: "[dtmf]\nhangup = \"#\"\nrestart = \"*\"\n"})
	r := baresipPresses(t, d, quiet(t), "1590*D#")
	if got := r.dialled(t, "rtp"); got != "1590*D#" {
		t.Errorf("digits: got %q, want 1590*D#", got)
	}
	if r.Cause != "hangup_key" || r.HungUpBy != "server" {
		t.Errorf("end: got %s by %s, want hangup_key by server", r.Cause, r.HungUpBy)
	}
	d.stop()
}

// Tones that sox makes, with the tolerances of ITU-T Q.24, as baresip encodes and sends
// them.
func TestShortDigitsInTheAudio(t *testing.T) {
	folder := t.TempDir()
	rows, columns := []float64{697, 770, 852, 941}, []float64{1209, 1336, 1477, 1633}
	var parts []string
	part := func(arguments ...string) {
		file := filepath.Join(folder, fmt.Sprintf("%d.wav", len(parts)))
		tool(t, "sox", append([]string{"-n", "-r", "8000", "-c", "1", "-b", "16", file}, arguments...)...)
		parts = append(parts, file)
	}
	// digit is both tones, each with its error and level in dB of full scale, and a pause.
	digit := func(row, column int, seconds, off, rowLevel, columnLevel float64) {
		tone := func(f, level float64) []string {
			file := filepath.Join(folder, fmt.Sprintf("tone%d-%v.wav", len(parts), f))
			tool(t, "sox", "-n", "-r", "8000", "-c", "1", "-b", "16", file, "synth", fmt.Sprint(seconds), "sine", fmt.Sprint(f*(1+off)), "vol", fmt.Sprintf("%vdB", level))
			return []string{"-v", "1", file}
		}
		file := filepath.Join(folder, fmt.Sprintf("%d.wav", len(parts)))
		mixed := append([]string{"-m"}, append(tone(rows[row], rowLevel), tone(columns[column], columnLevel)...)...)
		tool(t, "sox", append(mixed, file)...)
		parts = append(parts, file)
		part("trim", "0", "0.06")
	}
	part("trim", "0", "1") // the call comes up
	for n := range 16 {
		digit(n/4, n%4, 0.07, 0, -12, -10)
	}
	digit(0, 0, 0.05, 0.015, -12, -12)  // 1: 1.5 % high
	digit(1, 1, 0.05, -0.015, -12, -12) // 5: 1.5 % low
	digit(2, 2, 0.05, 0, -10, -17.5)    // 9: 7.5 dB of twist
	digit(3, 1, 0.05, 0, -15, -11.5)    // 0: 3.5 dB of reverse twist
	digit(0, 1, 0.05, 0, -27, -27)      // 2: faint
	digit(0, 2, 0.05, 0.035, -12, -12)  // none: 3.5 % high
	digit(0, 2, 0.05, -0.035, -12, -12) // none: 3.5 % low
	digit(0, 2, 0.02, 0, -12, -12)      // none: 20 ms
	digit(0, 2, 0.05, 0, -10, -22)      // none: 12 dB of twist
	digit(0, 2, 0.05, 0, -36, -36)      // none: too faint
	part("trim", "0", "30")
	voice := filepath.Join(folder, "voice.wav")
	tool(t, "sox", append(parts, voice)...)

	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 8, calls: 4, raced: true, level: "debug", more: "[dtmf]\ninband = \"always\"\n"})
	r := baresipPresses(t, d, voice, "")
	if got, want := r.dialled(t, "inband"), "123A456B789C*0#D15902"; got != want {
		t.Errorf("digits: got %q, want %q", got, want)
	}
	d.stop()
}

// Speech and music are no digits.
func TestFullNoDigitsInSpeech(t *testing.T) {
	voice := filepath.Join(t.TempDir(), "voice.wav")
	tool(t, "sox", "../codec/builtin/builtin.mp3", "-r", "8000", "-c", "1", "-b", "16", voice)
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 28, calls: 4, more: "[dtmf]\ninband = \"always\"\n"})
	r := baresipPresses(t, d, voice, "")
	if len(r.Digits) != 0 || r.Received.Packets < 1300 {
		t.Errorf("got digits %v in %d packets, want none in 28 s", r.Digits, r.Received.Packets)
	}
	d.stop()
}

// The captures of RFC 4733 that come with SIPp, and both bodies of INFO.
func TestShortDigitsOfSIPp(t *testing.T) {
	const calls = 3
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 3, calls: calls + 1, raced: true})
	runSIPp(t, d, r.addresses(), load{calls: calls, atOnce: 1, rate: 10, seconds: 3, scenario: "uac_dtmf.xml"}).wait(40 * time.Second)
	d.stop()
	records := d.callRecords()
	if len(records) != calls {
		t.Fatalf("call records: got %d, want %d", len(records), calls)
	}
	for _, one := range records {
		got := ""
		for _, digit := range one.Digits {
			got += fmt.Sprintf("%s %s %d, ", digit.Key, digit.Method, digit.DurationMS)
		}
		// The captures count twice as many ticks as they last.
		if want := "1 rtp 280, 2 rtp 280, 3 rtp 280, 4 info 160, 5 info 0, "; got != want {
			t.Errorf("%s: got %q, want %q", one.CallID, got, want)
		}
	}
}

// logs counts the lines of the log with this message.
func (d *daemon) logs(message string) int {
	d.t.Helper()
	log, err := os.ReadFile(d.logged)
	if err != nil {
		d.t.Fatal(err)
	}
	return bytes.Count(log, []byte(`"msg":"`+message+`"`))
}
