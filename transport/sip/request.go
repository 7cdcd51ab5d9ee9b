package sip

import (
	"net/netip"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// byeRequest builds the BYE of the dialog (RFC 3261 section 12.2.1.1); mu is held.
// It goes to the remote target by the route set, but is sent where the caller's last
// INVITE or UPDATE came from, or over UDP to the first proxy of the route when that
// is a plain address: a Contact behind a NAT leads nowhere, no name is looked up for
// a peer, and nobody is dialled.
func (l *Leg) byeRequest(bye *byeTransaction) *gosip.Request {
	req := gosip.NewRequest(gosip.BYE, l.target)
	add := func(name, value string) { req.AppendHeader(gosip.NewHeader(name, value)) }

	add("Via", "SIP/2.0/"+l.path.transport+" "+l.path.local.String()+";branch="+bye.branch+";rport")
	add("Max-Forwards", "70")
	for _, h := range l.invite.GetHeaders("Record-Route") {
		add("Route", h.Value()) // the UAS keeps the order (RFC 3261 section 12.1.1)
	}
	from, to := l.invite.To().AsFrom(), l.invite.From().AsTo()
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	add("Call-ID", l.invite.CallID().Value())
	add("CSeq", "1 BYE") // our first and only request in the dialog
	add("User-Agent", l.server.agent)
	add("Reason", bye.reason.String())
	req.SetBody(nil)

	req.SetTransport(l.path.transport)
	req.SetDestination(l.destination().String())
	return req
}

// destination is where requests of ours are sent; mu is held.
func (l *Leg) destination() netip.AddrPort {
	routes := l.invite.GetHeaders("Record-Route")
	if len(routes) == 0 {
		return l.path.source
	}
	if proxy, ok := numericRoute(routes[0].Value()); ok && proxy.Addr().Is4() == l.path.local.Addr().Is4() {
		return proxy
	}
	return l.path.source
}

// numericRoute is the address of the first element of a Route, when it is given
// as a unicast address and not as a name.
func numericRoute(route string) (netip.AddrPort, bool) {
	_, rest, _ := strings.Cut(unquote(route), "<")
	text, _, found := strings.Cut(rest, ">")
	var uri gosip.Uri
	if !found || gosip.ParseUri(text, &uri) != nil {
		return netip.AddrPort{}, false
	}
	addr, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
	if err != nil || addr.IsUnspecified() || addr.IsMulticast() || uri.Port < 0 || uri.Port > 65535 {
		return netip.AddrPort{}, false
	}
	port := uint16(uri.Port)
	if port == 0 {
		port = uint16(gosip.DefaultUdpPort)
	}
	return netip.AddrPortFrom(addr.Unmap(), port), true
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
