package config

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Account is a section [account.NAME]: a registration with a provider.
type Account struct {
	Registrar                string `koanf:"registrar" form:"registrar" doc:"Where to register. Without a port the SRV records of the name are followed, otherwise 5060 is taken; without a transport it is udp."`
	User                     string `koanf:"user" form:"optional line" doc:"User name, of the address that is registered and of the digest."`
	Domain                   string `koanf:"domain" form:"optional host" doc:"Domain of the address that is registered; empty is the host of the registrar."`
	Realm                    string `koanf:"realm" form:"optional line" doc:"The only realm that the password is used for; empty is any that the registrar names."`
	Password                 Secret `koanf:"password" form:"optional line" secret:"true" doc:"Password of the digest; it is shown as set, and never logged."`
	PasswordFile             string `koanf:"password_file" form:"optional path" doc:"File with the password in its first line, instead of password."`
	ExpiresSeconds           int    `koanf:"expires_seconds" unit:"s" min:"60" max:"86400" doc:"How long a registration is asked for; it is refreshed at 75 to 90 % of what the registrar grants."`
	Required                 bool   `koanf:"required" doc:"The server is ready only while the account is registered."`
	InboundOnlyFromRegistrar bool   `koanf:"inbound_only_from_registrar" doc:"Refuse calls to the user with 403 unless they come from an address of the registrar."`
}

func defaultAccount() Account { return Account{ExpiresSeconds: 300} }

// Expires is how long a registration is asked for.
func (a Account) Expires() time.Duration { return time.Duration(a.ExpiresSeconds) * time.Second }

// Secret is the password, from the file when there is one. The error names the file.
func (a Account) Secret() (string, error) { return readSecret(a.Password, a.PasswordFile) }

// Target is the host of Registrar, its port, 0 when there is none, and the transport:
// "udp" or "tcp".
func (a Account) Target() (host string, port uint16, transport string) {
	host, port, transport, _ = parseRegistrar(a.Registrar)
	return host, port, transport
}

// registrarURI is the part of a SIP URI that says where a registrar is: no user, and
// the host in brackets when it is an IPv6 address.
var registrarURI = regexp.MustCompile(`^(?i:sip):(\[[0-9A-Fa-f:.]+\]|[^\[\]:;@/?]+)(?::([0-9]{1,5}))?(?i:;transport=(udp|tcp))?$`)

// parseRegistrar is false for what is no such URI.
func parseRegistrar(s string) (host string, port uint16, transport string, ok bool) {
	m := registrarURI.FindStringSubmatch(s)
	if m == nil {
		return "", 0, "", false
	}
	host = strings.Trim(m[1], "[]")
	if addr, err := netip.ParseAddr(host); strings.HasPrefix(m[1], "[") && (err != nil || !addr.Is6()) {
		return "", 0, "", false
	}
	if m[2] != "" {
		n, err := strconv.ParseUint(m[2], 10, 16)
		if err != nil || n == 0 {
			return "", 0, "", false
		}
		port = uint16(n)
	}
	transport = strings.ToLower(m[3])
	if transport == "" {
		transport = "udp"
	}
	return host, port, transport, isTarget(host)
}

// isTarget reports whether a host is an address that can be sent to, or no address.
func isTarget(host string) bool {
	addr, err := netip.ParseAddr(host)
	return isHost(host) && (err != nil || !addr.IsUnspecified() && !addr.IsMulticast())
}

// isRegistrar is the form of Account.Registrar; it is empty before it is set.
func isRegistrar(s string) bool {
	_, _, _, ok := parseRegistrar(s)
	return s == "" || ok
}
