package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

// write puts a configuration file into a directory of the test.
func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pickup.toml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// load is Load of sources that must be right.
func load(t *testing.T, src Sources) *Config {
	t.Helper()
	cfg, err := Load(src)
	if err != nil {
		t.Fatalf("Load(%+v): %v", src, err)
	}
	return cfg
}

// faultsOf is the list of faults of sources that must have some.
func faultsOf(t *testing.T, src Sources) []Fault {
	t.Helper()
	cfg, err := Load(src)
	var faults *Faults
	if !errors.As(err, &faults) {
		t.Fatalf("Load(%+v) = %+v, %v; want *Faults", src, cfg, err)
	}
	if cfg != nil {
		t.Errorf("got a Config beside the faults, want nil")
	}
	return faults.List
}

func TestDefaultsAreAValidConfiguration(t *testing.T) {
	cfg := load(t, Sources{})
	want := defaults()
	want.settings, want.idle = cfg.settings, cfg.idle
	if !reflect.DeepEqual(*cfg, want) {
		t.Errorf("got  %+v\nwant %+v", *cfg, want)
	}
	if idle := cfg.Idle(); len(idle) != 0 {
		t.Errorf("Idle() of the defaults: got %q, want none", idle)
	}
}

func TestReferenceFilesLoadUnchanged(t *testing.T) {
	cfg := load(t, Sources{File: "testdata/reference_server.toml"})
	if got, want := cfg.SIP.UserAgent, "rvoip-sip-server/0.1.0"; got != want {
		t.Errorf("sip.user_agent: got %q, want %q", got, want)
	}
	if got, want := cfg.Behavior.AutoAnswerDelay(), 2*time.Second; got != want {
		t.Errorf("behavior.auto_answer_delay_ms: got %v, want %v", got, want)
	}
	if got, want := cfg.Media.PortPairs(), 50; got != want {
		t.Errorf("port pairs: got %d, want %d", got, want)
	}
	if got, want := cfg.AudioProcessing.Band2Compressor.ThresholdFactor, 0.75; got != want {
		t.Errorf("band2_compressor.threshold_factor: got %v, want %v", got, want)
	}

	cfg = load(t, Sources{File: "testdata/reference_monitor.toml"})
	if got, want := cfg.Monitor.HealthCheckURL, "http://localhost:8080/health"; got != want {
		t.Errorf("health_check_url: got %q, want %q", got, want)
	}
	if got, want := cfg.Monitor.ServerBinaryPath, "./target/release/sip-server"; got != want {
		t.Errorf("server_binary_path: got %q, want %q", got, want)
	}
}

func TestLaterLayerWins(t *testing.T) {
	file := write(t, "[sip]\nport = 5061\n")
	environ := []string{"HOME=/", "PICKUP_SIP__PORT=5062"}
	set := []string{"sip.port=5063", "sip.port=5064"}
	tests := []struct {
		name   string
		src    Sources
		port   uint16
		origin string
	}{
		{"defaults", Sources{}, 5060, "default"},
		{"file", Sources{File: file}, 5061, file + ":2"},
		{"environment", Sources{File: file, Environ: environ}, 5062, "environment PICKUP_SIP__PORT"},
		{"set", Sources{File: file, Environ: environ, Set: set}, 5064, "--set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := load(t, tt.src)
			if cfg.SIP.Port != tt.port {
				t.Errorf("sip.port: got %d, want %d", cfg.SIP.Port, tt.port)
			}
			for _, s := range cfg.Effective() {
				if s.Key == "sip.port" && s.Origin != tt.origin {
					t.Errorf("origin of sip.port: got %q, want %q", s.Origin, tt.origin)
				}
				if s.Key == "sip.bind_address" && s.Origin != "default" {
					t.Errorf("origin of sip.bind_address: got %q, want default", s.Origin)
				}
			}
		})
	}
}

// TestTextLayers sets a key of each kind from text.
func TestTextLayers(t *testing.T) {
	src := Sources{
		Environ: []string{
			"PICKUP_BEHAVIOR__AUTO_ANSWER=false",
			"PICKUP_AUDIO__DURATION_SECONDS=1.5",
			"PICKUP_MEDIA__PREFERRED_CODECS=pcma, PCMU",
			"PICKUP_AUDIO_PROCESSING__BAND1_COMPRESSOR__RATIO=3",
			"PICKUP_SERVER_PID_FILE=/run/a=b.pid",
			"PICKUP_CDR__FILE=/var/log/calls.jsonl",
		},
		Set: []string{
			"behavior.busy_status=486", "logging.level=DEBUG", "sip.transport=udp",
			"acl.allow=192.0.2.1 192.0.2.2", `acl.deny= [ "10.0.0.0/8", '2001:db8::/32' ] `,
		},
	}
	got := load(t, src)
	want := defaults()
	want.Behavior.AutoAnswer = false
	want.Audio.DurationSeconds = 1.5
	want.Media.PreferredCodecs = []string{"PCMA", "PCMU"}
	want.AudioProcessing.Band1Compressor.Ratio = 3
	want.Monitor.ServerPIDFile = "/run/a=b.pid"
	want.CDR.File = "/var/log/calls.jsonl"
	want.SIP.Transport = []string{"udp"}
	want.Behavior.BusyStatus = 486
	want.ACL.Allow = []string{"192.0.2.1", "192.0.2.2"}
	want.ACL.Deny = []string{"10.0.0.0/8", "2001:db8::/32"}
	want.Logging.Level = "debug"
	want.settings, want.idle = got.settings, got.idle
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got  %+v\nwant %+v", *got, want)
	}
}

// TestFormsOfTOML writes the same key in every way that TOML has.
func TestFormsOfTOML(t *testing.T) {
	for _, content := range []string{
		"[sip]\nport = 5_070\n",
		"sip.port = 5070",
		"sip = { port = 5070 }",
		"[sip]\r\n\"port\" = 0x13CE # hexadecimal\r\n",
		"\ufeff[sip]\nport = 5070\n",
		"[media]\npreferred_codecs = [\n  'PCMU', # first\n]\n[ sip ]\nport = 5070\n",
	} {
		cfg := load(t, Sources{File: write(t, content)})
		if cfg.SIP.Port != 5070 {
			t.Errorf("sip.port of %q: got %d, want 5070", content, cfg.SIP.Port)
		}
	}
}

// TestNoCallRecords turns the records of a file off again.
func TestNoCallRecords(t *testing.T) {
	file := write(t, "[cdr]\nfile = 'calls.jsonl'\n")
	if got, want := load(t, Sources{File: file}).CDR.File, "calls.jsonl"; got != want {
		t.Errorf("cdr.file: got %q, want %q", got, want)
	}
	for _, src := range []Sources{
		{File: file, Environ: []string{"PICKUP_CDR__FILE="}},
		{File: file, Set: []string{"cdr.file="}},
		{File: write(t, "cdr.file = ''")},
	} {
		cfg := load(t, src)
		if got := cfg.CDR.File; got != "" {
			t.Errorf("cdr.file of %+v: got %q, want none", src, got)
		}
		if idle := cfg.Idle(); len(idle) != 0 {
			t.Errorf("Idle() of %+v: got %q, want none", src, idle)
		}
	}
}

func TestTransportIsOneNameOrAList(t *testing.T) {
	for _, content := range []string{`sip.transport = "udp"`, `sip.transport = ["udp"]`, `sip.transport = "UDP"`} {
		cfg := load(t, Sources{File: write(t, content)})
		if got, want := cfg.SIP.Transport, []string{"udp"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
}

func TestBindAddressIsOneOrAList(t *testing.T) {
	tests := []struct {
		src   Sources
		want  string
		only6 bool // a socket on :: leaves IPv4 alone
	}{
		{Sources{File: write(t, `sip.bind_address = "::"`)}, "[::]", false},
		{Sources{File: write(t, `sip.bind_address = ["0.0.0.0", "::"]`)}, "[0.0.0.0 ::]", true},
		{Sources{Set: []string{"sip.bind_address=::,127.0.0.1"}}, "[:: 127.0.0.1]", true},
		{Sources{Environ: []string{"PICKUP_SIP__BIND_ADDRESS=::1"}}, "[::1]", false},
	}
	for _, test := range tests {
		cfg := load(t, test.src)
		if got := fmt.Sprint(cfg.SIP.Addresses()); got != test.want || cfg.SIP.Only6() != test.only6 {
			t.Errorf("%+v: got %s, Only6 %v, want %s, %v", test.src, got, cfg.SIP.Only6(), test.want, test.only6)
		}
	}
}

// TestEffectiveIsTOML reads what Effective lists and gets the same.
func TestEffectiveIsTOML(t *testing.T) {
	want := load(t, Sources{
		File: "testdata/reference_server.toml",
		Set:  []string{`sip.user_agent="Pickup" \ déjà`, "audio_processing.band1_compressor.attack_time=0.0001"},
	})
	content := ""
	for _, s := range want.Effective() {
		content += s.Key + " = " + s.Value + "\n"
	}
	got := load(t, Sources{File: write(t, content)})
	got.settings, got.idle = want.settings, want.idle
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestChanged(t *testing.T) {
	old := load(t, Sources{Set: []string{"audio.source=a.mp3", "sip.port=5070"}})
	now := load(t, Sources{Set: []string{"audio.source=b.mp3", "sip.port=5070", "media.preferred_codecs=G722,PCMU"}})
	want := []string{"media.preferred_codecs", "audio.source"}
	if got := now.Changed(old); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := now.Changed(now); got != nil {
		t.Errorf("against itself: got %q, want none", got)
	}
}

func TestDerivedValues(t *testing.T) {
	cfg := load(t, Sources{Set: []string{
		"sip.bind_address=::1", "audio.duration_seconds=0.031", "logging.level=trace",
		"behavior.ring_timeout_seconds=7", "behavior.call_timeout_seconds=8", "behavior.shutdown_grace_seconds=0",
	}})
	checks := []struct {
		name      string
		got, want any
	}{
		{"SIP.Addresses", fmt.Sprint(cfg.SIP.Addresses()), "[::1]"},
		{"Audio.Duration", cfg.Audio.Duration(), 40 * time.Millisecond},
		{"Logging.SlogLevel", cfg.Logging.SlogLevel(), slog.LevelDebug},
		{"Behavior.RingTimeout", cfg.Behavior.RingTimeout(), 7 * time.Second},
		{"Behavior.CallTimeout", cfg.Behavior.CallTimeout(), 8 * time.Second},
		{"Behavior.ShutdownGrace", cfg.Behavior.ShutdownGrace(), time.Duration(0)},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// TestUnknownKeyBehindTheChecks is the last line of defence: a layer that let
// an unknown key through.
func TestUnknownKeyBehindTheChecks(t *testing.T) {
	l := newLoader()
	if err := l.loadDefaults(); err != nil {
		t.Fatal(err)
	}
	if err := l.koanf.Set("sip.prot", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := l.finish(); err == nil {
		t.Error("got no error for sip.prot, want one")
	}
}

func TestPortPairs(t *testing.T) {
	tests := []struct {
		first, last uint16
		want        int
	}{
		{10000, 20000, 5000},
		{10000, 10001, 1},
		{10000, 10000, 0},
		{10001, 10002, 0},
		{10001, 10003, 1},
		{1024, 65535, 32256},
		{20000, 10000, 0},
	}
	for _, tt := range tests {
		got := Media{RTPPortRangeStart: tt.first, RTPPortRangeEnd: tt.last}.PortPairs()
		if got != tt.want {
			t.Errorf("PortPairs of %d to %d: got %d, want %d", tt.first, tt.last, got, tt.want)
		}
	}
}

func TestNetworks(t *testing.T) {
	checkFaults(t, "[acl]\ndeny = ['192.0.2.0/24', '192.0.2.0/33']\nallow = '10.0.0.0/8'\n[nat]\nexternal_address = 'here'", []string{
		"FILE:2: acl.deny = ['192.0.2.0/24', '192.0.2.0/33']: must be a list of which each member is an IP address or a network, as 192.0.2.0/24",
		"FILE:3: acl.allow = '10.0.0.0/8': must be a list of which each member is an IP address or a network, as 192.0.2.0/24, not text",
		"FILE:5: nat.external_address = 'here': must be empty, an IP address of one host, auto or stun:host[:port]",
	})
	c := load(t, Sources{Set: []string{"acl.deny=192.0.2.1/24,2001:db8::1", "acl.allow="}})
	want := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")}
	if got := Networks(c.ACL.Deny); !slices.Equal(got, want) || len(c.ACL.Allow) != 0 {
		t.Errorf("got %v and %v, want %v and none", got, c.ACL.Allow, want)
	}
}

func TestBoundsThatFollowTheCalls(t *testing.T) {
	for set, want := range map[string][2]int{
		"behavior.max_concurrent_calls=1":    {1, 20000},
		"behavior.max_concurrent_calls=1000": {500, 64000},
		"behavior.max_concurrent_calls=5000": {2500, 200000},
		"limits.unacknowledged_per_source=7": {7, 64000},
		"limits.transactions=70":             {500, 70},
	} {
		c := load(t, Sources{Set: []string{set}})
		if got := [2]int{c.Unacknowledged(), c.Transactions()}; got != want {
			t.Errorf("%s: got %v, want %v", set, got, want)
		}
	}
}

func TestSTUNServer(t *testing.T) {
	for set, want := range map[string]string{
		"nat.external_address=stun:stun.example.com":   "stun.example.com 3478 true",
		"nat.external_address=stun:192.0.2.1:3479":     "192.0.2.1 3479 true",
		"nat.external_address=stun:[2001:db8::1]:3479": "2001:db8::1 3479 true",
		"nat.external_address=auto":                    " 0 false",
	} {
		host, port, ok := load(t, Sources{Set: []string{set}}).NAT.STUN()
		if got := fmt.Sprint(host, " ", port, " ", ok); got != want {
			t.Errorf("%s: got %q, want %q", set, got, want)
		}
	}
}
