//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pickup/codec"
)

// linphoneConfig has linphonec on loopback only, with a jitter buffer of one size. Of the certificate it checks who signed it, not
// the name: its TLS library does not read addresses in certificates.
const linphoneConfig = `[sip]
bind_address=127.0.0.1
sip_port=%[1]d
sip_tcp_port=%[1]d
sip_tls_port=%[2]d
default_proxy=-1
root_ca=%[3]s
verify_server_cn=0
[rtp]
bind_address=127.0.0.1
audio_rtp_port=%[4]d
audio_adaptive_jitt_comp_enabled=0
[sound]
echocancellation=0
[video]
automatically_initiate=0
automatically_accept=0
`

// linphonecCalls places one call over this transport with linphonec, which speaks from
// one file and records into another, waits until it is over and returns what was heard.
func linphonecCalls(t *testing.T, d *daemon, transport string, limit time.Duration) []float64 {
	t.Helper()
	folder := t.TempDir()
	voice, heard := filepath.Join(folder, "voice.wav"), filepath.Join(folder, "heard.wav")
	tool(t, "sox", "-n", "-r", fmt.Sprint(rate), "-c", "1", "-b", "16", voice, "synth", "40", "sine", "440", "vol", "0.3")
	port := freePorts(t, 4)
	write(t, folder, "linphonerc", fmt.Sprintf(linphoneConfig, port, port+1, d.certificate, port+2))
	command := exec.Command("linphonec", "-c", filepath.Join(folder, "linphonerc"), "-d", "6", "-l", filepath.Join(folder, "log"))
	command.Env = append(os.Environ(), "HOME="+folder) // where it keeps its history
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait() // it has ended, by itself or by us
		close(exited)
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-exited
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(folder, "log"))
			t.Logf("linphonec: %s\nend of its log:\n%s", &said, log[max(0, len(log)-8000):])
		}
	})
	target := fmt.Sprintf("sip:pickup@%v;transport=%s", d.sip, transport)
	if transport == "tls" {
		target = fmt.Sprintf("sip:pickup@%v:%d;transport=tls", d.sip.Addr(), d.port("tls"))
	}
	commands := []string{"ipv6 disable", "soundcard use files", "play " + voice, "record " + heard, "call " + target}
	if _, err := io.WriteString(input, strings.Join(commands, "\n")+"\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, limit, "the call has ended", func() bool { return len(d.records()) == 1 })
	if _, err := io.WriteString(input, "quit\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "linphonec ends", func() bool {
		select {
		case <-exited:
			return true
		default:
			return false
		}
	})
	return readWAV(t, heard, rate)
}

// checkRecognized wants four of five half seconds of what was played in what was heard,
// each where it is found best: linphonec drops or repeats 10 ms when its clock and the
// packets drift apart, which a busy machine makes them do.
func checkRecognized(t *testing.T, played, heard []float64) {
	t.Helper()
	const window, reach = rate / 2, rate / 10
	lag, found, all := align(played, heard, rate, rate/2), 0, len(played)/window
	for n := range all {
		part := span(played, n*window, window)
		near := span(heard, n*window+lag-reach, window+2*reach)
		if correlation(part, span(near, align(part, near, window, 2*reach), window)) > 0.99 {
			found++
		}
	}
	if 5*found < 4*all {
		t.Errorf("half seconds of the prompt that were heard: got %d of %d, want four of five", found, all)
	}
	t.Logf("%d of %d half seconds heard, %d of %d samples, %d samples late", found, all, len(heard), len(played), lag)
}

// Calls by linphonec: it hears the prompt, it is heard, and its call is ended.
func TestFullLinphonec(t *testing.T) {
	const seconds = 10
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: seconds, calls: 4, secure: true})
			heard := linphonecCalls(t, d, transport, (seconds+20)*time.Second)
			checkRecognized(t, played(t, codec.PCMU, seconds), heard)
			d.stop()
			for _, r := range d.callRecords() {
				if frames := r.Sent.Packets + r.Sent.Skipped; frames != seconds*50 || r.Sent.Packets < seconds*40 || r.Received.Packets < seconds*40 {
					t.Errorf("packets: got %d sent, %d skipped, %d received, want %d, 0, at least %d",
						r.Sent.Packets, r.Sent.Skipped, r.Received.Packets, seconds*50, seconds*40)
				}
				if r.Transport != strings.ToUpper(transport) || r.Cause != "completed" || r.HungUpBy != "server" {
					t.Errorf("transport, cause, hangup_by: got %q, %q, %q, want %q, completed, server",
						r.Transport, r.Cause, r.HungUpBy, strings.ToUpper(transport))
				}
			}
		})
	}
}
