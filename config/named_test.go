package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const twoAccounts = `
[account.trunk]
registrar = "sip:sip.example.net;transport=tcp"
user = "alice"
password = "hunter2"
[account.Back-Up]
registrar = "sip:[2001:db8::1]:5070"
user = "bob"
required = true
[auth.user.carol]
password = "hunter3"
`

func TestAccounts(t *testing.T) {
	c := load(t, Sources{
		File:    write(t, twoAccounts),
		Environ: []string{"PICKUP_ACCOUNT__TRUNK__EXPIRES_SECONDS=600", "PICKUP_ACCOUNT__BACK_UP__USER=bert", "PICKUP_ACCOUNT__NEW__REGISTRAR=sip:192.0.2.1"},
		Set:     []string{"account.new.user=dora", "auth.user.dan.password=hunter4", "auth.realm=example"},
	})
	want := map[string]Account{
		"trunk":   {Registrar: "sip:sip.example.net;transport=tcp", User: "alice", Password: "hunter2", ExpiresSeconds: 600},
		"Back-Up": {Registrar: "sip:[2001:db8::1]:5070", User: "bert", Required: true, ExpiresSeconds: 300},
		"new":     {Registrar: "sip:192.0.2.1", User: "dora", ExpiresSeconds: 300},
	}
	for name, a := range want {
		if got := c.Accounts[name]; got != a {
			t.Errorf("account.%s: got %+v, want %+v", name, got, a)
		}
	}
	if got := len(c.Accounts); got != len(want) {
		t.Errorf("accounts: got %d, want %d", got, len(want))
	}
	if got := c.Auth.Users; len(got) != 2 || got["carol"].Password != "hunter3" || got["dan"].Password != "hunter4" {
		t.Errorf("users: got %d, want carol and dan with their passwords", len(got))
	}
	host, port, transport := c.Accounts["Back-Up"].Target()
	if host != "2001:db8::1" || port != 5070 || transport != "udp" {
		t.Errorf("Target: got %s %d %s, want 2001:db8::1 5070 udp", host, port, transport)
	}
	for registrar, want := range map[string]string{
		"sip:a;transport=tls": "a 0 tls false", "sips:a:5071": "a 5071 tls true", "SIPS:a;transport=tcp": "a 0 tls true", "sip:a;transport=tcp": "a 0 tcp false",
	} {
		a := Account{Registrar: registrar}
		host, port, transport := a.Target()
		if got := fmt.Sprint(host, " ", port, " ", transport, " ", a.SIPS()); got != want {
			t.Errorf("%s: got %s, want %s", registrar, got, want)
		}
	}
	if got := c.Accounts["trunk"].Expires(); got != 10*time.Minute {
		t.Errorf("Expires: got %v, want 10m", got)
	}
}

// What is printed of the configuration has each account and no password, and loads.
func TestPasswordsAreNotShown(t *testing.T) {
	c := load(t, Sources{File: write(t, twoAccounts)})
	var text strings.Builder
	var order []string
	for _, s := range c.Effective() {
		fmt.Fprintf(&text, "%s = %s\n", s.Key, s.Value)
		if strings.HasSuffix(s.Key, ".user") || strings.HasSuffix(s.Key, ".username") {
			order = append(order, s.Key+" "+s.Origin[strings.LastIndexByte(s.Origin, ':')+1:])
		}
	}
	if want := []string{"account.Back-Up.user 8", "account.trunk.user 4", "auth.user.carol.username default"}; !slices.Equal(order, want) {
		t.Errorf("got %q, want %q", order, want)
	}
	for _, want := range []string{"account.trunk.password = \"set\"\n", "account.Back-Up.password = \"\"\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("got no line %q", want)
		}
	}
	load(t, Sources{File: write(t, text.String())})
	slog.New(slog.NewJSONHandler(&text, nil)).Info("", "account", c.Accounts["trunk"], "password", c.Accounts["trunk"].Password)
	slog.New(slog.NewTextHandler(&text, nil)).Info("", "account", c.Accounts["trunk"], "password", c.Accounts["trunk"].Password)
	fmt.Fprintf(&text, "%v %+v %#v %s", c, *c, c.Accounts, c.Auth)
	if strings.Contains(text.String(), "hunter") {
		t.Errorf("got a password in\n%s", text.String())
	}
}

func TestFaultsOfNamedSections(t *testing.T) {
	tests := []struct {
		name, content string
		want          []string
	}{
		{"unknown key", "[account.a]\nregistrar='sip:x'\nuser='u'\nusr='v'", []string{"FILE:4: account.a.usr = 'v': no such key; the nearest is account.a.user"}},
		{"wrong value", "[account.a]\nregistrar='x'\nuser='u'", []string{
			"FILE:2: account.a.registrar = 'x': must be sip:HOST or sip:HOST:PORT, with ;transport=udp, tcp or tls behind it if need be, or sips:HOST"}},
		{"out of range", "[account.a]\nregistrar='sip:x'\nuser='u'\nexpires_seconds=59", []string{
			"FILE:4: account.a.expires_seconds = 59: must be a whole number from 60 to 86400"}},
		{"nothing in it", "\n[account.a]", []string{
			`FILE:2: account.a.registrar = "": [account.a] needs registrar`, `FILE:2: account.a.user = "": [account.a] needs user`}},
		{"no user", "[account.a]\nregistrar='sip:x'", []string{`FILE:2: account.a.registrar = "sip:x": [account.a] needs user`}},
		{"keys without a name", "[account]\nuser = 'u'", []string{"FILE:2: account.user = 'u': no such key; the nearest is account.NAME.user"}},
		{"a name that cannot be", "[account.'a b']\nuser = 'u'", []string{
			`FILE:1: account."a b": no such section; NAME in [account.NAME] is up to 64 letters, digits, hyphens and single underscores`}},
		{"two underscores", "[account.a__b]\nuser = 'u'", []string{
			`FILE:1: account.a__b: no such section; NAME in [account.NAME] is up to 64 letters, digits, hyphens and single underscores`}},
		{"a section below", "[account.a.b]\nuser = 'u'\n[account.a]\nuser='x'\nregistrar='sip:x'", []string{
			"FILE:1: account.a.b: no such section; NAME in [account.NAME] is up to 64 letters, digits, hyphens and single underscores"}},
		{"a value for a section", "account.a = 5", []string{"FILE:1: account.a = 5: is a section: write [account.a] once, and its keys below it"}},
		{"twice", "[account.a]\nregistrar='sip:x'\nuser='u'\nuser='v'", []string{"FILE:4: account.a.user = 'v': is here a second time, the first is in line 3"}},
		{"authorities without TLS", "account.a={registrar='sip:x;transport=tcp',user='u',ca_file='ca.pem'}", []string{
			`FILE:1: account.a.ca_file = "ca.pem": [account.a] has ca_file, which is for tls, and registers over tcp`}},
		{"udp without a socket", "sip.transport='tcp'\naccount.a={registrar='sip:x',user='u'}", []string{
			`FILE:2: account.a.registrar = "sip:x": [account.a] registers over udp, which is not in sip.transport`}},
		{"user without a password", "[auth.user.a]\nusername='x'", []string{`FILE:2: auth.user.a.username = "x": [auth.user.a] needs password or password_file`}},
		{"two passwords", "[auth.user.a]\npassword='hunter'\npassword_file='f'", []string{
			`FILE:3: auth.user.a.password_file = "f": [auth.user.a] has both password and password_file; one of them is enough`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkFaults(t, tt.content, tt.want) })
	}
}

// A password is not repeated, whatever is wrong with it.
func TestFaultsDoNotShowPasswords(t *testing.T) {
	for _, content := range []string{
		"[account.a]\npassword = 'hunter\\n'\nx=1",
		"[account.a]\npassword = [\"hunter\"]",
		"[account.a]\npassword = hunter",
		"[account.a]\npassword = \"hunter",
		"[account.a]\npasword = 'hunter'",
		"[account]\npassword = 'hunter'",
		"[acount.a]\npassword = 'hunter'",
		"password = 'hunter'",
		"account = { a = { password = 'hunter' ",
		"account.a = 'password=hunter'",
		"[account.a]\npassword = 'x'\npassword = 'hunter'",
		"[auth.user.a]\npassword = 'hunter'\npassword_file = 'f'\n",
		"[account.a]\n'password' 'hunter'",
		"[account.a]\nregistrar = 'sip:user:hunter@192.0.2.1'",
		"health_check_url = 'ftp://user:hunter@192.0.2.1/'",
	} {
		faults := faultsOf(t, Sources{File: write(t, content)})
		for _, f := range faults {
			if strings.Contains(f.Error(), "hunter") {
				t.Errorf("%q: got the password in %q", content, f.Error())
			}
		}
	}
	for _, set := range []string{"account.a.pasword=hunter", "account.a.password hunter", "account.a.password=hunter\n"} {
		for _, f := range faultsOf(t, Sources{Set: []string{set}}) {
			if strings.Contains(f.Error(), "hunter") {
				t.Errorf("--set %q: got the password in %q", set, f.Error())
			}
		}
	}
}

func TestUnknownVariableOfAnAccount(t *testing.T) {
	got := faultsOf(t, Sources{Environ: []string{"PICKUP_ACCOUNT__TRUNK__USRE=x"}})
	want := "environment PICKUP_ACCOUNT__TRUNK__USRE: no such variable; the nearest is PICKUP_ACCOUNT__TRUNK__USER"
	if len(got) != 1 || got[0].Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestPasswordFile(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name, file, want, fault string
	}{
		{"one line", file("a", "hunter2\n"), "hunter2", ""},
		{"blanks count", file("b", " a b \r\nnext"), " a b ", ""},
		{"empty", file("c", "\nx"), "", "has no password in its first line"},
		{"missing", filepath.Join(folder, "d"), "", "cannot be read: no such file or directory"},
		{"too large", file("e", strings.Repeat("x", maxSecretFile+1)), "", "is larger than 4096 bytes"},
	}
	for _, tt := range tests {
		got, err := Account{Password: "other", PasswordFile: tt.file}.Secret()
		if got != tt.want || (err == nil) != (tt.fault == "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
			t.Errorf("%s: got %q, %v; want %q, %q", tt.name, got, err, tt.want, tt.fault)
		}
	}
}

// A password that has changed is a change, though it is shown the same.
func TestChangedAccounts(t *testing.T) {
	old := load(t, Sources{File: write(t, twoAccounts)})
	now := load(t, Sources{File: write(t, strings.ReplaceAll(strings.ReplaceAll(twoAccounts, "hunter2", "hunter5"), "[auth.user.carol]", "[auth.user.dan]"))})
	want := []string{"account.trunk.password", "auth.user.dan.username", "auth.user.dan.password", "auth.user.dan.password_file",
		"auth.user.carol.password", "auth.user.carol.password_file", "auth.user.carol.username"}
	if got := now.Changed(old); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
