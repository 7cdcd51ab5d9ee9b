package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTenFaultsAtOnce is a file with ten different faults, each of which is
// named with its line.
func TestTenFaultsAtOnce(t *testing.T) {
	const f = "testdata/ten_faults.toml:"
	want := []string{
		f + `3: sip.bind_address = "localhost": must be an IPv4 or IPv6 address, or a list of such`,
		f + `4: sip.port = 70000: must be a whole number from 1 to 65535`,
		f + `5: sip.user_agnet = "Pickup": no such key; the nearest is sip.user_agent`,
		f + `8: behavior.auto_answer = "yes": must be true or false, not text`,
		f + `9: behavior.auto_answer_delay_ms = 600.5: must be a whole number from 0 to 60000, not a number with a fraction`,
		f + `11: behavior.busy_status = 486: is here a second time, the first is in line 10`,
		f + `14: media.rtp_port_range_start = 20000: the RTP port range must not end (10000) before it starts (20000)`,
		f + `16: media.preferred_codecs = ["PCMU", "OPUS"]: must be a list of names out of PCMU, PCMA, G722`,
		f + `18: loging: no such section; the nearest is [logging]`,
		f + `22:25: audio.duration_seconds = 30.0 seconds: not TOML: expected newline but got U+0073 's'`,
	}
	var got []string
	for _, fault := range faultsOf(t, Sources{File: "testdata/ten_faults.toml"}) {
		got = append(got, fault.Error())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFileFaults has each kind of fault that a file can have. FILE stands for
// its name.
func TestFileFaults(t *testing.T) {
	tests := []struct {
		name, content string
		want          []string
	}{
		{"text for a whole number", "sip.port = \"5060\"", []string{`FILE:1: sip.port = "5060": must be a whole number from 1 to 65535, not text`}},
		{"whole number for text", "sip.domain = 5", []string{`FILE:1: sip.domain = 5: must be a host name or an IP address, not a whole number`}},
		{"date", "sip.port = 2024-01-02", []string{`FILE:1: sip.port = 2024-01-02: must be a whole number from 1 to 65535, not a date or time`}},
		{"table for a value", "[sip.port]\nx = 1", []string{`FILE:1: sip.port: must be a whole number from 1 to 65535, not a table`}},
		{"value for a section", "sip = 5", []string{`FILE:1: sip = 5: is a section: write [sip] once, and its keys below it`}},
		{"list of sections", "[[sip]]\nport = 1", []string{`FILE:1: sip: is a section: write [sip] once, and its keys below it`}},
		{"negative", "sip.port = -1", []string{`FILE:1: sip.port = -1: must be a whole number from 1 to 65535`}},
		{"beyond 64 bits", "[sip]\nport = 99999999999999999999", []string{`FILE:2: sip.port = 99999999999999999999: must be a whole number from 1 to 65535: decimal number is too large to fit in a 64-bit signed integer`}},
		{"infinite", "audio.duration_seconds = inf", []string{`FILE:1: audio.duration_seconds = inf: must be a number from 0.02 to 3600`}},
		{"no number", "audio.duration_seconds = nan", []string{`FILE:1: audio.duration_seconds = nan: must be a number from 0.02 to 3600`}},
		{"at an excluded limit", "[audio_processing.band1_compressor]\ntarget_level = 0.0", []string{`FILE:2: audio_processing.band1_compressor.target_level = 0.0: must be a number above 0 and up to 1`}},
		{"none of the names", "logging.format = 'xml'", []string{`FILE:1: logging.format = 'xml': must be auto, text or json`}},
		{"none of the numbers", "behavior.busy_status = 500", []string{`FILE:1: behavior.busy_status = 500: must be 503 or 486`}},
		{"line end in a header", `sip.user_agent = "a\r\nVia: b"`, []string{`FILE:1: sip.user_agent = "a\r\nVia: b": must be 1 to 128 bytes of printable text`}},
		{"one name for a list", "media.preferred_codecs = 'PCMU'", []string{`FILE:1: media.preferred_codecs = 'PCMU': must be a list of names out of PCMU, PCMA, G722, not text`}},
		{"number in a list", "media.preferred_codecs = [8]", []string{`FILE:1: media.preferred_codecs = [8]: must be a list of names out of PCMU, PCMA, G722, without a whole number in it`}},
		{"empty list", "media.preferred_codecs = []", []string{`FILE:1: media.preferred_codecs = []: is empty: must be a list of names out of PCMU, PCMA, G722`}},
		{"name twice", "media.preferred_codecs = ['PCMU', 'pcmu']", []string{`FILE:1: media.preferred_codecs = ['PCMU', 'pcmu']: has PCMU twice`}},
		{"not a source", "audio.source = 'ftp://example.com/a.mp3'", []string{`FILE:1: audio.source = 'ftp://example.com/a.mp3': must be builtin, milliwatt, silence, tone: with 1 to 4 frequencies from 20 to 3900 Hz joined by +, an http or https URL, or the path of an MP3 or WAV file`}},
		{"no address in a list", "sip.bind_address = ['::', 'localhost']", []string{`FILE:1: sip.bind_address = ['::', 'localhost']: must be an IPv4 or IPv6 address, or a list of such`}},
		{"no addresses", "sip.bind_address = []", []string{`FILE:1: sip.bind_address = []: is empty: must be an IPv4 or IPv6 address, or a list of such`}},
		{"no URL", "health_check_url = 'localhost:8080'", []string{`FILE:1: health_check_url = 'localhost:8080': must be an http or https URL`}},
		{"key in the wrong section", "[sip]\nauto_answer = true", []string{`FILE:2: sip.auto_answer = true: no such key; the nearest is behavior.auto_answer`}},
		{"key like no other", "[sip]\nxyz = 1", []string{"FILE:2: sip.xyz = 1: no such key; `pickup config --reference` lists all"}},
		{"quoted key with a dot", `"sip.port" = 5060`, []string{`FILE:1: "sip.port" = 5060: no such key; the nearest is sip.port`}},
		{"key of an unknown section", "[sipp]\nport = 1\nx = 2", []string{`FILE:1: sipp: no such section; the nearest is [sip]`}},
		{"same section twice", "[sip]\nport = 5061\n[sip]\nport = 1", []string{`FILE:3: sip: is here a second time, the first is in line 1`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkFaults(t, tt.content, tt.want) })
	}
}

// checkFaults loads a file and compares its faults.
func checkFaults(t *testing.T, content string, want []string) {
	t.Helper()
	file := write(t, content)
	var got []string
	for _, fault := range faultsOf(t, Sources{File: file}) {
		got = append(got, strings.Replace(fault.Error(), file, "FILE", 1))
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults of %q\ngot\n%s\nwant\n%s", content, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTextFaults(t *testing.T) {
	src := Sources{
		Environ: []string{
			"PICKUP_SIP__PORT=many",
			"PICKUP_SIP__PROT=1",
			"PICKUP_AUDIO__DURATION_SECONDS=NaN",
			"PICKUP_BEHAVIOR__AUTO_ANSWER=",
		},
		Set: []string{"sip.port", "sip.prot=1", "media.preferred_codecs=,", "sip.transport=[udp]", "acl.deny=[7]"},
	}
	want := []string{
		"environment PICKUP_SIP__PROT: no such variable; the nearest is PICKUP_SIP__PORT",
		"environment PICKUP_AUDIO__DURATION_SECONDS: audio.duration_seconds = NaN: must be a number from 0.02 to 3600",
		`environment PICKUP_BEHAVIOR__AUTO_ANSWER: behavior.auto_answer = "": must be true or false`,
		"environment PICKUP_SIP__PORT: sip.port = many: must be a whole number from 1 to 65535",
		"--set: acl.deny = [7]: must be a list of which each member is an IP address or a network, as 192.0.2.0/24, without a whole number in it",
		"--set: media.preferred_codecs = ,: is empty: must be a list of names out of PCMU, PCMA, G722",
		"--set: sip.port: must be section.key=value",
		"--set: sip.prot = 1: no such key; the nearest is sip.port",
		"--set: sip.transport = [udp]: must be one name or a list of names out of udp, tcp, tls, ws, wss, with commas between or written as in the file",
	}
	_, err := Load(src)
	if got := fmt.Sprint(err); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestUnreadableFile(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxFileSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, file, want string }{
		{"missing", dir + "/none.toml", dir + "/none.toml: cannot be read: no such file or directory"},
		{"directory", dir, dir + ": is no regular file, as a configuration file must be"},
		{"too large", large, large + ": is larger than 1048576 bytes, which no configuration file is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(Sources{File: tt.file})
			if got := fmt.Sprint(err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestMissingFileHasNoConsequences: what the file would have set may have
// made the other layers right.
func TestMissingFileHasNoConsequences(t *testing.T) {
	faults := faultsOf(t, Sources{
		File: filepath.Join(t.TempDir(), "none.toml"),
		Set:  []string{"media.rtp_port_range_start=30000", "sip.port=0"},
	})
	if got, want := len(faults), 2; got != want {
		t.Fatalf("faults: got %d %v, want %d", got, faults, want)
	}
	if got, want := faults[1].Error(), "--set: sip.port = 0: must be a whole number from 1 to 65535"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestManyFaultsAreCut(t *testing.T) {
	var content strings.Builder
	for i := range maxFaultLines + 5 {
		fmt.Fprintf(&content, "key%d = 1\n", i)
	}
	_, err := Load(Sources{File: write(t, content.String())})
	lines := strings.Split(fmt.Sprint(err), "\n")
	if got, want := lines[len(lines)-1], "and 5 more"; got != want {
		t.Errorf("last line: got %q, want %q", got, want)
	}
	if got, want := len(lines), maxFaultLines+1; got != want {
		t.Errorf("lines: got %d, want %d", got, want)
	}
}

func TestShownIsOneShortLine(t *testing.T) {
	got := shown("a\n\tb\x1b[31m" + strings.Repeat("é", 200))
	want := `a b\u001b[31m` + strings.Repeat("é", maxShown-len("a b")-len("?[31m")) + "..."
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
