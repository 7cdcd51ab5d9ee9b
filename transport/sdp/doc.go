// Package sdp is the SDP offer/answer model (RFC 3264 on RFC 8866) for one
// audio stream over plain RTP, as pure functions: bytes and addresses in, bytes
// and a [Media] out. It opens no socket, looks up no name and keeps no state.
//
// [Answer] answers a peer's offer. Where the peer wants us to offer, in an
// INVITE without a body, [Offer] makes the offer and [Accept] reads the answer:
//
//	local := sdp.Local{Address: addr, Port: 10000, Codecs: codecs, SessionID: id, Version: 1}
//	answer, media, err := sdp.Answer(body, local)
//
// A description that does not conform is repaired as far as its meaning is plain;
// what we write ourselves always conforms.
//
// The first audio stream that works is taken and all others are refused. It
// works when it is RTP/AVP or RTP/AVPF, names a unicast address of our address
// family, and shares a codec with [Local]. An error is always an [*Error],
// which carries the SIP status and the warning for the refusal, with a text that
// is safe in a header and in a log.
package sdp
