package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"pickup/config"
	"pickup/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run executes one command line in this process.
func run(args ...string) (string, error) {
	var out bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pickup.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCommandsPrint(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"version", []string{"version"}, []string{"pickup " + version}},
		{"fsm as mermaid", []string{"fsm"}, []string{"stateDiagram-v2", "Ringing --> Answering: answer"}},
		{"fsm as graphviz", []string{"fsm", "--format", "dot"}, []string{"digraph"}},
		{"fsm as table", []string{"fsm", "--format", "table"}, []string{"| Answering | ack | Playing |"}},
		{"config", []string{"config", "--set", "sip.port=5080"}, []string{"5080", "--set", "default"}},
		{"config reference", []string{"config", "--reference"}, []string{"max_concurrent_calls", "auto_answer_delay_ms"}},
		{"check", []string{"check", "--set", "audio.duration_seconds=1"}, []string{"configuration: ok", "builtin, 1s in PCMU, PCMA"}},
		{"help", []string{"help"}, []string{"serve", "check", "fsm", "config"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := run(tt.args...)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %q, want it to contain %q", got, want)
				}
			}
		})
	}
}

func TestBadInputNamesWhatAndWhere(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.mp3")
	if err := os.WriteFile(broken, []byte("no audio in here"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"unknown command", []string{"serv"}, []string{"serv"}},
		{"unknown flag", []string{"serve", "--port", "1"}, []string{"--port"}},
		{"missing file", []string{"check", "-c", "nowhere.toml"}, []string{"nowhere.toml"}},
		{"unknown key", []string{"check", "-c", write(t, "[sip]\nprot = 1\n")}, []string{"pickup.toml:2", "sip.prot", "sip.port"}},
		{"missing audio", []string{"check", "--set", "audio.source=nowhere.mp3"}, []string{"audio.source", "nowhere.mp3"}},
		{"broken audio", []string{"check", "--set", "audio.source=" + broken}, []string{"audio.source", "broken.mp3"}},
		{"diagram", []string{"fsm", "--format", "svg"}, []string{"svg", "mermaid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := run(tt.args...)
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to contain %q", err, want)
				}
			}
			if errors.Is(err, engine.ErrResources) {
				t.Errorf("got exit code %d for %q, want %d", exitResources, err, exitUsage)
			}
		})
	}
}

func TestTakenPortIsAResourceError(t *testing.T) {
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = run("serve", "--set", "sip.bind_address=127.0.0.1", "--set", "sip.port="+port, "--set", "logging.level=error", "--set", "audio.duration_seconds=1")
	if !errors.Is(err, engine.ErrResources) || !strings.Contains(err.Error(), port) {
		t.Errorf("got %v, want a resource error that names port %s", err, port)
	}
}

func TestRangeThatOthersHoldIsAResourceError(t *testing.T) {
	var first int // of a pair that is held
	for {
		rtp, err := net.ListenUDP("udp4", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rtp.Close()
		if first = rtp.LocalAddr().(*net.UDPAddr).Port; first%2 == 0 && first < 65535 {
			break
		}
	}
	_, err := run("serve", "--set", "logging.level=error", "--set", "audio.duration_seconds=1",
		"--set", "behavior.max_concurrent_calls=1", "--set", fmt.Sprintf("media.rtp_port_range_start=%d", first),
		"--set", fmt.Sprintf("media.rtp_port_range_end=%d", first+1))
	if !errors.Is(err, engine.ErrResources) || !strings.Contains(err.Error(), fmt.Sprint("media.rtp_port_range_start = ", first)) {
		t.Errorf("got %v, want a resource error that names the range", err)
	}
}

func TestLoggerFollowsTheConfiguration(t *testing.T) {
	tests := []struct {
		name, format string
		terminal     bool
		want         string
	}{
		{"json", "json", true, `"msg":"ready"`},
		{"text", "text", true, "msg=ready"},
		{"auto elsewhere", "auto", false, "msg=ready"},
		{"auto on a terminal", "auto", true, "INF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			slog.New(newHandler(&out, config.Logging{Format: tt.format, Level: "info"}, tt.terminal)).Info("ready")
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("got %q, want it to contain %q", out.String(), tt.want)
			}
		})
	}
}
