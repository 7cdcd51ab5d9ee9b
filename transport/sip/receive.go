package sip

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// newParser makes a parser that reads only the named header fields, which are those
// that the transport needs before the message is known to be good. The library drops
// a message without an answer when a header field that it parses is broken; what is
// parsed later is answered 400. Unparsed fields also come back in responses as they
// were sent.
func newParser(names ...string) *gosip.Parser {
	few := make(map[string]gosip.HeaderParser)
	maps.Copy(few, gosip.DefaultHeadersParser())
	maps.DeleteFunc(few, func(name string, _ gosip.HeaderParser) bool { return !slices.Contains(names, name) })
	return gosip.NewParser(gosip.WithHeadersParsers(few))
}

// prepare sees each message on the read loop's goroutine, in the order of
// arrival, before the transaction layer does.
func (s *Server) prepare(msg gosip.Message) {
	// The name that the library has read the message from gives way to the address, and
	// TCP to the transport that it is.
	if st := s.streams.find(msg.Source()); st != nil {
		msg.SetSource(st.heard(s))
		msg.SetTransport(st.way.transport)
	} else if sock := s.reader(msg.Source()); sock != nil {
		msg.SetSource(sock.source.String())
		if _, request := msg.(*gosip.Request); request {
			sock.heard(s)
		}
	}
	req, ok := msg.(*gosip.Request)
	if !ok || !s.enter() {
		return
	}
	defer s.leave()
	s.requests.Add(1)
	s.guard("reading a request", func() {
		s.normalise(req)
		if req.IsAck() {
			s.acknowledge(req)
			return
		}
		s.queue(req)
	})
}

// normalise brings a request into the form that everything after it relies on.
func (s *Server) normalise(req *gosip.Request) {
	// The accessors parse at their first call and keep the result: later calls, on
	// any goroutine, only read.
	req.SipVersion = "SIP/2.0" // and not "sip/2.0", in responses of the library too
	repairCSeq(req)
	via, from, to, cseq := req.Via(), req.From(), req.To(), req.CSeq()
	req.CallID()
	if via != nil {
		via.Host = rebracketed(via.Host)
		lowerNames(via.Params)
	}
	if via != nil && !honest(via, req.Source()) {
		// RFC 3581 section 4, as if the client asked for it: one whose Via is wrong, and
		// one behind a NAT, gets its responses too. A value that the client wrote would be
		// taken as the port to answer to.
		via.Params.Add("rport", "")
	}
	if cseq != nil {
		cseq.MethodName = gosip.RequestMethod(strings.TrimSpace(string(cseq.MethodName)))
		// The parser has put the method in upper case, but "invite" is not INVITE (RFC
		// 3261 section 7.1: "Method names are case-sensitive").
		if strings.EqualFold(string(cseq.MethodName), string(req.Method)) {
			req.Method = cseq.MethodName
		}
	}
	if from != nil {
		from.Address.Host = rebracketed(from.Address.Host)
		trimParams(from.Params)
	}
	if to != nil {
		to.Address.Host = rebracketed(to.Address.Host)
		trimParams(to.Params)
		if tagOf(to.Params) == "" {
			to.Params.Add("tag", s.tags.tag(req))
		}
	}
}

// honest reports whether a Via without rport names the address that the request came
// from: there is no NAT on the way, and the response goes to the port that the Via names
// (RFC 3261 section 18.2.2), where the client listens.
func honest(via *gosip.ViaHeader, source string) bool {
	from, err := netip.ParseAddrPort(source)
	named, bad := netip.ParseAddr(strings.Trim(via.Host, "[]"))
	return err == nil && bad == nil && !via.Params.Has("rport") && named.Unmap() == from.Addr()
}

// rebracketed puts an IPv4 address in the form of IPv6 back into its brackets, which the
// library takes away and does not write again.
func rebracketed(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is4In6() {
		return "[" + host + "]"
	}
	return host
}

// trimParams removes the white space that RFC 3261 section 25.1 allows around ";"
// and "=", and writes the name of the tag in lower case.
func trimParams(params gosip.HeaderParams) {
	for i, p := range params {
		p.K, p.V = strings.TrimSpace(p.K), strings.TrimSpace(p.V)
		if strings.EqualFold(p.K, "tag") {
			p.K = "tag"
		}
		params[i] = p
	}
}

// request handles a request that is no retransmission. The library calls it on a
// goroutine of its own; the INVITE's is the call's.
func (s *Server) request(req *gosip.Request, tx *gosip.ServerTx) {
	s.count(tx)
	if !s.enter() {
		tx.Terminate()
		return
	}
	defer s.leave()
	var later bool
	if !s.guard("handling "+clean(string(req.Method)), func() { later = s.dispatch(req, tx) }) {
		s.reply(tx, s.build(req, 500))
	}
	if !later {
		tx.TerminateGracefully() // keeps what has a final response for its timers
	}
}

// count counts a transaction of the library until it ends.
func (s *Server) count(tx *gosip.ServerTx) {
	s.live.Add(1)
	if !tx.OnTerminate(func(string, error) { s.live.Add(-1) }) {
		s.live.Add(-1)
	}
}

// dispatch finds who answers a request, in the order of RFC 3261 section 8.2. It is
// true when the response comes later, and the transaction must live until then.
func (s *Server) dispatch(req *gosip.Request, tx *gosip.ServerTx) (later bool) {
	switch {
	case req.IsAck():
		return false // prepare has matched it; a stray one is met with silence
	case req.IsCancel():
		s.takeCancel(req, tx) // the library found no transaction for it
		return false
	}
	if wellFormed(req) {
		if leg := s.dialogs.find(dialogOf(req)); leg != nil {
			defer leg.inTurn(req)() // also of what is refused: others wait for it
		}
	}
	if res := s.validate(req); res != nil {
		s.reply(tx, res)
		return false
	}
	tagless := tagOf(req.To().Params) == s.tags.tag(req)
	if !tagless {
		return s.within(req, tx)
	}
	if !req.IsInvite() { // front has answered it, unless its dialog ended a moment ago
		s.reply(tx, s.outside(req, tagless, addrPort(tx.Connection().LocalAddr())))
		return false
	}
	res := s.admitted(req)
	if res == nil {
		res = s.replacement(req)
	}
	if res != nil {
		s.reply(tx, res)
		return false
	}
	s.invite(req, tx)
	return false
}

// response handles a response. All that the library knows of responses is that
// they belong to none of its transactions, as it sends no request for us.
func (s *Server) response(res *gosip.Response) {
	if !s.enter() {
		return
	}
	defer s.leave()
	s.guard("handling a response", func() {
		via, cseq := res.Via(), res.CSeq()
		if via == nil || cseq == nil {
			return
		}
		branch := via.Params.GetOr("branch", "")
		if cseq.MethodName == gosip.REGISTER {
			s.transactionsOfOurs.take(branch, res)
			return
		}
		if o := s.dialogs.outgoing(branch); o != nil && o.request.Method == cseq.MethodName {
			o.receive(res)
		}
	})
}

// reply sends the only response to a request. What cannot be sent is the
// transaction's end; the peer repeats its request.
func (s *Server) reply(tx *gosip.ServerTx, res *gosip.Response) {
	if err := tx.Respond(res); err != nil {
		s.log.Debug("SIP response not sent", "code", res.StatusCode, "err", err)
	}
}
