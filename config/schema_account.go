package config

import (
	"cmp"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Account is a section [account.NAME]: a registration with a provider.
type Account struct {
	Registrar                string `koanf:"registrar" form:"registrar" doc:"Where to register. Without a port the SRV records of the name are followed, otherwise 5060 is taken, or 5061 over TLS; without a transport it is udp. With sips: it is tls, and calls come to a SIPS URI."`
	User                     string `koanf:"user" form:"optional line" doc:"User name, of the address that is registered and of the digest."`
	Domain                   string `koanf:"domain" form:"optional host" doc:"Domain of the address that is registered; empty is the host of the registrar."`
	Realm                    string `koanf:"realm" form:"optional line" doc:"The only realm that the password is used for; empty is any that the registrar names."`
	Password                 Secret `koanf:"password" form:"optional line" secret:"true" doc:"Password of the digest; it is shown as set, and never logged."`
	PasswordFile             string `koanf:"password_file" form:"optional path" doc:"File with the password in its first line, instead of password."`
	CAFile                   string `koanf:"ca_file" form:"optional path" doc:"PEM file with the authorities of which one must have signed the certificate of a registrar over TLS; empty are those of the system. The certificate must be for the host of registrar."`
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
// "udp", "tcp" or "tls".
func (a Account) Target() (host string, port uint16, transport string) {
	host, port, transport, _ = parseRegistrar(a.Registrar)
	return host, port, transport
}

// SIPS reports whether Registrar is a SIPS URI.
func (a Account) SIPS() bool {
	return len(a.Registrar) > 4 && strings.EqualFold(a.Registrar[:5], "sips:")
}

// registrarURI is the part of a SIP URI that says where a registrar is: no user, and
// the host in brackets when it is an IPv6 address.
var registrarURI = regexp.MustCompile(`^(?i:(sips?)):(\[[0-9A-Fa-f:.]+\]|[^\[\]:;@/?]+)(?::([0-9]{1,5}))?(?i:;transport=(udp|tcp|tls))?$`)

// parseRegistrar is false for what is no such URI.
func parseRegistrar(s string) (host string, port uint16, transport string, ok bool) {
	m := registrarURI.FindStringSubmatch(s)
	if m == nil {
		return "", 0, "", false
	}
	host = strings.Trim(m[2], "[]")
	if addr, err := netip.ParseAddr(host); strings.HasPrefix(m[2], "[") && (err != nil || !addr.Is6()) {
		return "", 0, "", false
	}
	if m[3] != "" {
		n, err := strconv.ParseUint(m[3], 10, 16)
		if err != nil || n == 0 {
			return "", 0, "", false
		}
		port = uint16(n)
	}
	transport = cmp.Or(strings.ToLower(m[4]), "udp")
	if len(m[1]) == len("sips") {
		// RFC 3261 section 26.2.2: TLS over a reliable transport, which transport=tcp says too.
		if m[4] != "" && transport == "udp" {
			return "", 0, "", false
		}
		transport = "tls"
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
