package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestReadingOnBehindSyntaxErrors has a syntax error and a fault behind it:
// both are found, and nothing that is only a consequence of the first.
func TestReadingOnBehindSyntaxErrors(t *testing.T) {
	const port = "sip.port = 0: must be a whole number from 1 to 65535"
	tests := []struct {
		name, content string
		want          []string
	}{
		{"no value", "[sip]\ndomain =\nport = 0\n", []string{
			"FILE:2:9: sip.domain: not TOML: unexpected character U+000A at start of value", "FILE:3: " + port}},
		{"no equals sign", "[sip]\ndomain here\nport = 0\n", []string{
			"FILE:2:8: not TOML: expected '=' after key: domain here", "FILE:3: " + port}},
		{"open text", "[sip]\ndomain = \"here\nport = 0\n", []string{
			"FILE:2:15: sip.domain = \"here: not TOML: basic strings cannot have new lines", "FILE:3: " + port}},
		{"open header", "[media\nrtp_port_range_end = 5\n[sip]\nport = 0\n", []string{
			"FILE:1:7: not TOML: expected ']' to close table name: [media", "FILE:4: " + port}},
		{"open list", "[sip]\ntransport = [\"udp\",\n\nport = 0\n", []string{
			"FILE:4: " + port,
			"FILE:4:1: sip.transport = [\"udp\",: not TOML: unexpected character U+0070 'p' at start of value, in what line 2 begins"}},
		{"comma forgotten in a list of lines", "[sip]\ntransport = [\n \"udp\"\n \"tcp\",\n \"tls\"]\nport = 0\n", []string{
			"FILE:4:2: sip.transport = [: not TOML: expected ',' or ']' after array value, in what line 2 begins", "FILE:6: " + port}},
		{"open long text", "[sip]\ndomain = '''\nport = 0\n", []string{
			"FILE:3:9: sip.domain = ''': not TOML: multiline literal string not terminated by ''', in what line 2 begins",
			"FILE:3: " + port}},
		{"garbage", "\xff\xfe[", []string{"FILE:1:1: not TOML: invalid character at start of key: U+00FF 'ÿ': \ufffd\ufffd["}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkFaults(t, tt.content, tt.want) })
	}
}

func TestSyntaxFaultsAreBounded(t *testing.T) {
	file := write(t, strings.Repeat("= 1\n", maxSyntaxFaults+1))
	faults := faultsOf(t, Sources{File: file})
	if got, want := len(faults), maxSyntaxFaults+1; got != want {
		t.Fatalf("faults: got %d, want %d", got, want)
	}
	want := fmt.Sprintf("%s: has %d or more syntax errors; the rest was not checked", file, maxSyntaxFaults)
	if got := faults[0].Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDeepNesting has paths and values far deeper than any key.
func TestDeepNesting(t *testing.T) {
	deep := strings.Repeat("a.", 100_000) + "a"
	for _, content := range []string{
		"[" + deep + "]\n" + "b.c = 1\n",
		"a = " + strings.Repeat("{a = ", 5000) + "1" + strings.Repeat("}", 5000),
		"a = " + strings.Repeat("[", 20_000),
	} {
		faults := faultsOf(t, Sources{File: write(t, content)})
		if got := faults[0].line; got != 1 {
			t.Errorf("line of the first fault: got %d, want 1", got)
		}
	}
}
