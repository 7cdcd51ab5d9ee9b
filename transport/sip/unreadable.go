package sip

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// maxCSeq is the greatest CSeq number: it "MUST be expressible as a 32-bit unsigned
// integer and MUST be less than 2**31" (RFC 3261 section 8.1.1.5).
const maxCSeq = math.MaxInt32

// repairCSeq gives a request whose CSeq the library cannot read one that is refused
// later, so that its 400 has a transaction and the CSeq of the request.
func repairCSeq(req *gosip.Request) {
	raw := req.GetHeader("CSeq")
	if raw == nil || req.CSeq() != nil {
		return
	}
	method := req.Method
	if fields := strings.Fields(raw.Value()); len(fields) == 2 {
		method = gosip.RequestMethod(fields[1])
	}
	req.AppendHeader(&gosip.CSeqHeader{SeqNo: math.MaxUint32, MethodName: method})
}

// restoreCSeq gives the response to such a request the CSeq that the request has.
func restoreCSeq(req *gosip.Request, res *gosip.Response) {
	cseq := req.CSeq()
	if cseq == nil || cseq.SeqNo <= maxCSeq {
		return
	}
	res.RemoveHeader("CSeq")
	res.AppendHeader(gosip.NewHeader("CSeq", req.GetHeader("CSeq").Value()))
}

// cut reports whether a datagram is a request that ends before its Content-Length
// says, or whose Content-Length cannot be read. "If the transport packet ends before
// the end of the message body, this is considered an error. If the message is a
// response, it MUST be discarded. If the message is a request, the element SHOULD
// generate a 400 (Bad Request) response" (RFC 3261 section 18.3).
func cut(data []byte) bool {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if end < 0 || bytes.HasPrefix(data, []byte("SIP/")) {
		return false
	}
	head, body := data[:end+4], data[end+4:]
	length, err := contentLength(head)
	return err != nil && !errors.Is(err, errNoLength) || length > len(body)
}

// refuseDatagram answers a request that cannot be handed to the library.
func (s *Server) refuseDatagram(socket *socket, data []byte) {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if res := s.refusal(data[:end+4], "UDP", socket.source.String(), 400); res != "" {
		socket.send([]byte(res), socket.source) // the peer repeats its request
	}
}

// refusal is the response to a request of which only the header section is read,
// empty when there is none to send.
func (s *Server) refusal(head []byte, transport, source string, status int) (response string) {
	s.guard("refusing a message", func() {
		if overfull(head) {
			from, _ := netip.ParseAddrPort(source) // the transport wrote it
			response = s.unread(head, from)
			return
		}
		msg, _, err := s.viaParser.ParseHeaders(head, true)
		if err != nil {
			from, _ := netip.ParseAddrPort(source) // the transport wrote it
			response = s.unread(head, from)
			return
		}
		req, ok := msg.(*gosip.Request)
		if !ok || req.IsAck() || req.Via() == nil {
			return
		}
		req.SetTransport(transport)
		req.SetSource(source)
		s.normalise(req)
		response = s.build(req, status).String()
	})
	return response
}
