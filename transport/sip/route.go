package sip

import (
	"net/netip"
	"slices"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// routed gives the Request-URI and the Route header fields of a request to the target
// by the route set. "If the route set is not empty, and its first URI does not contain
// the lr parameter, the UAC MUST place the first URI from the route set into the
// Request-URI, stripping any parameters that are not allowed in a Request-URI. The UAC
// MUST add a Route header field containing the remainder of the route set values in
// order, including all parameters. The UAC MUST then place the remote target URI into
// the Route header field as the last value" (RFC 3261 section 12.2.1.1). What cannot
// be read is passed on as it is.
func routed(target gosip.Uri, routes []string) (gosip.Uri, []string) {
	if len(routes) == 0 {
		return target, nil
	}
	first, rest := cutRoute(routes[0])
	router, ok := routeURI(first)
	if !ok || lr(router) {
		return target, routes
	}
	router.Headers = nil
	router.UriParams = slices.DeleteFunc(router.UriParams.Clone(), func(p gosip.HeaderKV) bool {
		return strings.EqualFold(p.K, "method") // RFC 3261 section 19.1.1, table 1
	})
	remainder := slices.Clone(routes[1:])
	if rest != "" {
		remainder = append([]string{rest}, remainder...)
	}
	return router, append(remainder, "<"+target.String()+">")
}

// lr reports whether the URI is that of a loose router (RFC 3261 section 6).
func lr(uri gosip.Uri) bool {
	return slices.ContainsFunc(uri.UriParams, func(p gosip.HeaderKV) bool { return strings.EqualFold(p.K, "lr") })
}

// destination is where requests of ours are sent; mu is held. A route set changes that
// only as far as the port of the one who sent us the request: whoever else a stranger's
// Record-Route names is sent nothing, and no name is looked up.
func (l *Leg) destination() netip.AddrPort {
	routes := l.routeSet()
	if len(routes) == 0 {
		return l.path.source
	}
	first, _ := cutRoute(routes[0])
	if proxy, ok := numericRoute(first); ok && proxy.Addr() == l.path.source.Addr() {
		return proxy
	}
	return l.path.source
}

// numericRoute is the address in an element of a Route, when it is given as an address
// and not as a name.
func numericRoute(route string) (netip.AddrPort, bool) {
	uri, ok := routeURI(route)
	addr, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
	if !ok || err != nil || uri.Port < 0 || uri.Port > 65535 {
		return netip.AddrPort{}, false
	}
	port := uint16(uri.Port)
	if port == 0 {
		port = uint16(gosip.DefaultUdpPort)
	}
	return netip.AddrPortFrom(addr.Unmap(), port), true
}

// routeURI is the URI of an element of a Route.
func routeURI(route string) (uri gosip.Uri, ok bool) {
	_, rest, _ := strings.Cut(unquote(route), "<")
	text, _, found := strings.Cut(rest, ">")
	if !found || gosip.ParseUri(text, &uri) != nil {
		return gosip.Uri{}, false
	}
	return uri, true
}

// cutRoute takes the first element from a Route header field.
func cutRoute(value string) (first, rest string) {
	if i := indexOutside(value, ','); i >= 0 {
		return strings.TrimSpace(value[:i]), strings.TrimSpace(value[i+1:])
	}
	return strings.TrimSpace(value), ""
}

// unquote removes a quoted display name from the front of an address, as there
// may be angle brackets in it.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[i+1:]
		}
	}
	return ""
}
