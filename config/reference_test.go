package config

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryKeyIsDocumented(t *testing.T) {
	page := ReferenceMarkdown()
	seen := map[string]bool{}
	for _, k := range Reference() {
		if !strings.HasSuffix(k.Doc, ".") || len(k.Doc) < 20 {
			t.Errorf("%s: doc %q is no sentence", k.Name, k.Doc)
		}
		if k.Allowed == "" || strings.HasSuffix(k.Allowed, " to 0") {
			t.Errorf("%s: allowed %q says nothing", k.Name, k.Allowed)
		}
		if k.Default == "" || k.Type == "" {
			t.Errorf("%s: default %q, type %q; want both", k.Name, k.Default, k.Type)
		}
		if seen[k.Name] || seen[k.Variable] {
			t.Errorf("%s or %s is there twice", k.Name, k.Variable)
		}
		seen[k.Name], seen[k.Variable] = true, true
		row := "| `" + k.Name[strings.LastIndexByte(k.Name, '.')+1:] + "` | " + k.Type + " | " + k.Unit + " | " + k.Allowed
		if !strings.Contains(page, row) {
			t.Errorf("the page has no row %q", row)
		}
	}
	if got, want := len(seen)/2, 120; got != want {
		t.Errorf("keys: got %d, want %d", got, want)
	}
}

// TestDefaultsAreAllowed puts each default through the checks of its key.
func TestDefaultsAreAllowed(t *testing.T) {
	for i := range keys {
		k := &keys[i]
		s := strings.Trim(strings.ReplaceAll(literal(k.def), `"`, ""), "[]")
		if _, err := k.fromText(s); err != nil {
			t.Errorf("default of %s: %q %v", k.name, s, err)
		}
	}
}

func TestReferenceOfAKey(t *testing.T) {
	ref := Reference()
	i := slices.IndexFunc(ref, func(k Key) bool { return k.Name == "sip.transport" })
	got := ref[i]
	if got.Type != "list" || got.Default != `["udp", "tcp"]` || got.Variable != "PICKUP_SIP__TRANSPORT" ||
		got.Idle {
		t.Errorf("got %+v", got)
	}
}

func TestPageHasASectionForEachTable(t *testing.T) {
	page := ReferenceMarkdown()
	for _, section := range append([]string{"Outside any section"}, sections...) {
		want := "\n## `[" + section + "]`\n"
		if strings.HasPrefix(section, "Outside") {
			want = "\n## " + section
		}
		if got := strings.Count(page, want); got != 1 {
			t.Errorf("%q: got %d times, want once", want, got)
		}
	}
}

func TestIdle(t *testing.T) {
	tests := []struct {
		name string
		set  []string
		want []string
	}{
		{"nothing", []string{"sip.port=5070"}, nil},
		{"the default", []string{"health.enable_health_check=false"}, nil},
		{"a key", []string{"health.enable_health_check=true"}, []string{"health.enable_health_check"}},
		{"three of a section", []string{
			"logging.enable_syslog=true", "logging.max_log_files=7", "logging.log_file_path=x",
		}, []string{"logging.enable_syslog", "logging.log_file_path", "logging.max_log_files"}},
		{"more of a section", []string{
			"health.enable_health_check=true", "health.health_check_port=81",
			"health.restart_on_failure=true", "health.max_restart_attempts=7",
			"restart_delay_seconds=5",
		}, []string{"health.* (4 keys)", "restart_delay_seconds"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := load(t, Sources{Set: tt.set}).Idle(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"sip.prot", "sip.port"},
		{"SIP.Port", "sip.port"},
		{"port", "sip.port"},
		{"media.rtp_port_start", "media.rtp_port_range_start"},
		{"xyz", ""},
		{"sip." + strings.Repeat("port", 100), ""},
	}
	for _, tt := range tests {
		if got := nearestKey(tt.name); got != tt.want {
			t.Errorf("nearestKey(%.20q): got %q, want %q", tt.name, got, tt.want)
		}
	}
}
