package sip

import (
	"net/netip"
	"strconv"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// request builds the next REGISTER (RFC 3261 section 10.2): all of an account have the
// same Call-ID, and "A UA MUST increment the CSeq value by one for each REGISTER
// request with the same Call-ID". An expiry of 0 takes the binding back.
func (r *registration) request(branch, contact string, expires time.Duration) string {
	r.sequence++
	target, a := r.account.requestURI(), &r.account
	aor := "<" + a.addressOfRecord() + ">"
	var uri gosip.Uri
	if err := gosip.ParseUri(target, &uri); err != nil {
		// The text of the configuration has been checked; the request line says it.
		uri = gosip.Uri{Scheme: "sip", Host: a.domain()}
	}
	req := gosip.NewRequest(gosip.REGISTER, uri)
	add := func(name, value string) { req.AppendHeader(gosip.NewHeader(name, value)) }
	add("Via", "SIP/2.0/"+r.by.transport+" "+r.named(r.by.local).String()+";branch="+branch+";rport")
	add("Max-Forwards", "70")
	add("From", aor+";tag="+r.tag)
	add("To", aor)
	add("Call-ID", r.callID)
	add("CSeq", strconv.FormatUint(uint64(r.sequence), 10)+" REGISTER")
	add("Contact", "<"+contact+">")
	add("Expires", strconv.Itoa(int(expires/time.Second)))
	add("Allow", allow)
	add("User-Agent", r.server.agent)
	for _, h := range r.credentials.fields("REGISTER", target) {
		req.AppendHeader(h)
	}
	req.SetBody(nil)
	return req.String()
}

// named is what the registrar is told of a local address.
func (r *registration) named(local netip.AddrPort) netip.AddrPort {
	addr, _ := r.server.name(local, r.by.target.Addr())
	return addr
}

// contactHere is the URI that calls to the account are to come to.
func (r *registration) contactHere() string {
	uri := r.account.scheme() + escapeUser(r.account.User) + "@" + r.named(r.by.contact).String()
	if r.by.transport != "UDP" && !r.account.SIPS { // TLS is what a SIPS URI is for
		uri += ";transport=" + gosip.NetworkToLower(r.by.transport)
	}
	return uri
}
