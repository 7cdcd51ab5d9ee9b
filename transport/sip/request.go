package sip

import (
	"strconv"

	gosip "github.com/emiago/sipgo/sip"
)

// request builds the next request of the dialog (RFC 3261 section 12.2.1.1); mu is
// held. It goes to the remote target by the route set, but is sent where the caller's
// last INVITE or UPDATE came from: a Contact behind a NAT leads nowhere, no name is
// looked up for a peer, and nobody is dialled.
func (l *Leg) request(method gosip.RequestMethod, branch string, fields ...gosip.Header) *gosip.Request {
	l.sent++
	return l.requestOf(method, l.sent, branch, fields...)
}

// requestOf builds the request with this CSeq number, as an ACK has that of its INVITE.
func (l *Leg) requestOf(method gosip.RequestMethod, number uint32, branch string, fields ...gosip.Header) *gosip.Request {
	target, routes := routed(l.target, l.routeSet())
	req := gosip.NewRequest(method, target)
	add := func(name, value string) { req.AppendHeader(gosip.NewHeader(name, value)) }

	add("Via", "SIP/2.0/"+l.path.transport+" "+l.path.named.String()+";branch="+branch+";rport")
	add("Max-Forwards", "70")
	for _, route := range routes {
		add("Route", route)
	}
	from, to := l.invite.To().AsFrom(), l.invite.From().AsTo()
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	add("Call-ID", l.invite.CallID().Value())
	add("CSeq", strconv.FormatUint(uint64(number), 10)+" "+string(method))
	add("User-Agent", l.server.agent)
	for _, h := range fields {
		req.AppendHeader(h)
	}
	req.SetBody(nil)

	req.SetTransport(l.path.transport)
	req.SetDestination(l.destination().String())
	return req
}

// routeSet is the route set of the dialog, one header field a string: "the list of URIs
// in the Record-Route header field from the request, taken in order" (RFC 3261 section
// 12.1.1).
func (l *Leg) routeSet() []string {
	var routes []string
	for _, h := range l.invite.GetHeaders("Record-Route") {
		routes = append(routes, h.Value())
	}
	return routes
}
