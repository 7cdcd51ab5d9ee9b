package sip

import (
	"strconv"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// binding is one value of the Contact header fields of a response to REGISTER.
type binding struct {
	uri     string
	expires string // as written, empty when it is not said
}

// bindings reads the values of Contact header fields.
func bindings(values []string) []binding {
	var list []binding
	for _, value := range values {
		for _, part := range splitOutside(value, ',') {
			if b, ok := readBinding(part); ok {
				list = append(list, b)
			}
		}
	}
	return list
}

// readBinding reads a name-addr or an addr-spec with its parameters. Those of an
// addr-spec are the header field's (RFC 3261 section 20.10).
func readBinding(part string) (binding, bool) {
	part = strings.TrimSpace(part)
	uri, params, found := "", "", false
	if _, rest, ok := strings.Cut(unquote(part), "<"); ok {
		uri, params, found = strings.Cut(rest, ">")
	} else {
		uri, params, _ = strings.Cut(part, ";")
		params, found = ";"+params, uri != ""
	}
	if !found {
		return binding{}, false
	}
	b := binding{uri: strings.TrimSpace(uri)}
	for _, param := range splitOutside(params, ';') {
		name, content, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "expires") {
			b.expires = strings.Trim(strings.TrimSpace(content), `"`)
		}
	}
	return b, true
}

// granted is how long a 200 to REGISTER binds our Contact: what stands with the
// Contact, otherwise in Expires, otherwise what was asked for (RFC 3261 sections 10.2.4
// and 10.3); never more than was asked for. A registrar that writes another Contact
// than ours, as a border controller does, is believed when it writes only one.
func granted(res *gosip.Response, contact string, asked time.Duration) time.Duration {
	list := bindings(append(values(res, "Contact"), values(res, "m")...))
	text := ""
	if fields := values(res, "Expires"); len(fields) > 0 {
		text = fields[0]
	}
	for _, b := range list {
		if b.expires != "" && (len(list) == 1 || sameContact(b.uri, contact)) {
			text = b.expires
			break
		}
	}
	seconds, ok := deltaSeconds(text)
	if !ok {
		return asked
	}
	return min(seconds, asked)
}

// sameContact compares what a registrar keeps of our URI (RFC 3261 section 19.1.4).
func sameContact(a, b string) bool {
	var x, y gosip.Uri
	if gosip.ParseUri(a, &x) != nil || gosip.ParseUri(b, &y) != nil {
		return false
	}
	transport := func(u *gosip.Uri) string { return strings.ToLower(u.UriParams.GetOr("transport", "udp")) }
	port := func(u *gosip.Uri) int {
		if u.Port == 0 {
			return 5060
		}
		return u.Port
	}
	return x.User == y.User && strings.EqualFold(x.Host, y.Host) && port(&x) == port(&y) && transport(&x) == transport(&y)
}

// deltaSeconds reads a number of seconds; what is beyond 2^31 is that.
func deltaSeconds(s string) (time.Duration, bool) {
	s, _, _ = strings.Cut(s, ";") // Retry-After has parameters and a comment
	s, _, _ = strings.Cut(s, "(")
	s = strings.TrimSpace(s)
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	if s == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > 1<<31 {
		n = 1 << 31
	}
	return time.Duration(n) * time.Second, true
}

// values lists the header fields of a name.
func values(res *gosip.Response, name string) []string {
	var list []string
	for _, h := range res.GetHeaders(name) {
		list = append(list, h.Value())
	}
	return list
}
