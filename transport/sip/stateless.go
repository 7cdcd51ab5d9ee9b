package sip

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// The library keeps a transaction, a timer and the request itself for 32 s for
// everything that it is given. So what can be answered without remembering it is
// answered before the library sees it: "A stateless UAS is a UAS that does not maintain
// transaction state" (RFC 3261 section 8.2.7). A repetition gets the same response
// again, with the same To tag, because the tag is a digest of the request.

// retryLimit is Retry-After of what is refused for a limit.
const retryLimit = 5 * time.Second

// inbound is what a message came by, and its answer leaves by.
type inbound interface {
	transport() string
	remote() netip.AddrPort
	local() netip.AddrPort
	send(p []byte, to netip.AddrPort) // a connection has one peer, whatever to is
}

// front sees each message on the goroutine that reads, before the library does. It is
// true when there is nothing more to do about the message.
func (s *Server) front(data []byte, w inbound) (done bool) {
	if bytes.HasPrefix(data, responseStart) {
		return false
	}
	return !s.guard("reading a request", func() { done = s.take(data, w) }) || done
}

// take reads a request and answers it when that needs no memory.
func (s *Server) take(data []byte, w inbound) (done bool) {
	msg, err := s.parser.ParseSIP(data)
	req, ok := msg.(*gosip.Request)
	if err != nil || !ok {
		s.refuseUnread(w, data)
		return true
	}
	req.SetTransport(w.transport())
	// The zone of an IPv6 address would come back in "received".
	req.SetSource(netip.AddrPortFrom(w.remote().Addr().WithZone(""), w.remote().Port()).String())
	if req.Via() == nil || req.GetHeader("CSeq") == nil {
		return false // the library refuses it without a transaction
	}
	var res *gosip.Response
	if !s.guard("handling "+clean(string(req.Method)), func() {
		s.normalise(req)
		res, done = s.alone(req, w)
	}) {
		res, done = s.build(req, 500), !req.IsAck()
	}
	if !done {
		return false
	}
	s.requests.Add(1)
	if res != nil {
		w.send([]byte(res.String()), answerAddress(req, w.remote()))
	}
	return true
}

// answerAddress is where the response to a normalised request goes: to its source, or
// to the port of a Via that stands for it (RFC 3261 section 18.2.2).
func answerAddress(req *gosip.Request, source netip.AddrPort) netip.AddrPort {
	via := req.Via()
	switch {
	case via == nil || via.Params.Has("rport") || via.Port > 65535:
		return source
	case via.Port == 0:
		return netip.AddrPortFrom(source.Addr(), 5060)
	}
	return netip.AddrPortFrom(source.Addr(), uint16(via.Port))
}

// alone decides whether a request stands alone, and gives its response; nil is
// silence. What belongs to a call or to a transaction of the library does not.
func (s *Server) alone(req *gosip.Request, w inbound) (res *gosip.Response, done bool) {
	sound := wellFormed(req)
	tagless := sound && tagOf(req.To().Params) == s.tags.tag(req)
	switch {
	case req.IsAck():
		// What has been refused here, and what never was: silence.
		return nil, !sound || !s.dialogs.knows(req)
	case sound && (!tagless || req.IsCancel()) && s.dialogs.knows(req):
		return s.inside(req, w.local())
	case req.IsCancel():
		return s.build(req, 481), !s.dialogs.mayWait(s.sources.now())
	}
	if res := s.validate(req); res != nil {
		return res, true
	}
	if tagless && req.IsInvite() {
		return s.overload(req, w)
	}
	return s.outside(req, tagless, w.local()), true
}

// outside answers a valid request, other than one that may begin a call, that belongs
// to no dialog here. tagless says that it does not claim to.
func (s *Server) outside(req *gosip.Request, tagless bool, local netip.AddrPort) *gosip.Response {
	switch {
	case !tagless:
		return s.build(req, 481)
	case req.Method == gosip.OPTIONS:
		return s.options(req, local)
	}
	switch req.Method {
	case gosip.BYE, gosip.UPDATE, gosip.INFO, gosip.PRACK:
		return s.build(req, 481)
	}
	return s.notAllowed(req)
}

// overload refuses a new call that would be one too many, and lets the others pass.
func (s *Server) overload(req *gosip.Request, w inbound) (res *gosip.Response, done bool) {
	if s.dialogs.came(req) {
		return nil, false // repeated: the library knows it
	}
	if s.dialogs.begun(req) != nil {
		return s.build(req, 482), true // RFC 3261 section 8.2.2.2: merged
	}
	if r := s.handler.Overload(); r.Status != 0 {
		return s.build(req, r.Status, r.fields(w.local())...), true
	}
	// Credentials that answer a challenge of ours are looked at once, with a transaction,
	// as their nonce counts how often it is used.
	if s.challenger == nil || !s.challenger.recognises(req, w.remote().Addr()) {
		if res := s.admitted(req); res != nil {
			return res, true
		}
		if res := s.replacement(req); res != nil {
			return res, true
		}
	}
	if limit := s.bounded(w.remote().Addr()); limit != "" {
		return s.build(req, 503, Refusal{RetryAfter: retryLimit}.fields(w.local())...), true
	}
	s.dialogs.come(req)
	return nil, false
}

// saturated reports whether the library has as many transactions as it may.
func (s *Server) saturated() bool {
	most := s.limits.Transactions
	return most > 0 && s.live.Load() >= int64(most)
}

// complains reports whether it is time to log a refusal for want of transactions.
func (s *Server) complains() bool {
	now, last := int64(s.sources.now())+1, s.complained.Load() // 0 is never
	return (last == 0 || now-last >= int64(warnPeriod)) && s.complained.CompareAndSwap(last, now)
}

// bounded gives the limit that a new call of the source meets, empty for none.
func (s *Server) bounded(from netip.Addr) string {
	if s.saturated() {
		s.limited.Add(1)
		if s.complains() {
			s.log.Warn("new calls are refused: too many SIP transactions", "limit", s.limits.Transactions)
		}
		return "transactions"
	}
	limit := s.sources.call(from)
	if limit != "" {
		s.limit(from, limit)
	}
	return limit
}

// viaOf tells the transaction of a request from others: by branch and sent-by of its
// topmost Via (RFC 3261 section 17.2.3).
func viaOf(req *gosip.Request) string {
	via := req.Via()
	if via == nil {
		return ""
	}
	return via.Params.GetOr("branch", "") + " " + via.Host + ":" + strconv.Itoa(via.Port)
}
