package nat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/pion/stun/v3"
)

const (
	// firstTimeout is the RTO of RFC 8489 section 6.2.1, which doubles.
	firstTimeout = 500 * time.Millisecond
	// requests is Rc. RFC 8489 has 7, which takes half a minute; the server starts
	// meanwhile, and asks again later.
	requests = 4
	// maxResponse is more than a Binding response has to be, in bytes.
	maxResponse = 1500
)

var (
	errNoResponse = errors.New("no answer")
	errNoAddress  = errors.New("the response has no address")
)

// Ask asks a STUN server over the socket for the address that it sees (a Binding
// request of RFC 8489). It sends up to four requests in 7.5 s and ends when the
// context does. Responses that are to none of them, or not from the server, are
// ignored. Only the address counts: the port is the one of this socket.
func Ask(ctx context.Context, conn net.PacketConn, server netip.AddrPort) (netip.Addr, error) {
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("nat: building a STUN request: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	timeout := firstTimeout
	for range requests {
		if _, err := conn.WriteTo(request.Raw, net.UDPAddrFromAddrPort(server)); err != nil {
			return netip.Addr{}, fmt.Errorf("nat: asking STUN server %v: %w", server, err)
		}
		addr, err := await(ctx, conn, server, request.TransactionID, time.Now().Add(timeout))
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return addr, err
		}
		timeout *= 2
	}
	return netip.Addr{}, fmt.Errorf("nat: asking STUN server %v: %w to %d requests", server, errNoResponse, requests)
}

// await reads until the response, or until the time is over.
func await(ctx context.Context, conn net.PacketConn, server netip.AddrPort, id [stun.TransactionIDSize]byte, until time.Time) (netip.Addr, error) {
	if err := conn.SetReadDeadline(until); err != nil {
		return netip.Addr{}, fmt.Errorf("nat: waiting for STUN server %v: %w", server, err)
	}
	buffer := make([]byte, maxResponse)
	for {
		if err := ctx.Err(); err != nil {
			return netip.Addr{}, fmt.Errorf("nat: asking STUN server %v: %w", server, err)
		}
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("nat: waiting for STUN server %v: %w", server, err)
		}
		sender, ok := from.(*net.UDPAddr)
		if !ok || netip.AddrPortFrom(sender.AddrPort().Addr().Unmap(), sender.AddrPort().Port()) != server {
			continue
		}
		addr, ours, err := mapped(buffer[:n], id)
		switch {
		case !ours:
		case err != nil:
			return netip.Addr{}, fmt.Errorf("nat: STUN server %v: %w", server, err)
		default:
			return addr, nil
		}
	}
}

// mapped reads the address out of a response. ours is false when the message is not
// the response to the request.
func mapped(data []byte, id [stun.TransactionIDSize]byte) (addr netip.Addr, ours bool, err error) {
	if !stun.IsMessage(data) {
		return addr, false, nil
	}
	var m stun.Message
	if stun.Decode(data, &m) != nil || m.TransactionID != id || m.Type.Method != stun.MethodBinding {
		return addr, false, nil
	}
	if m.Type.Class == stun.ClassErrorResponse {
		var code stun.ErrorCodeAttribute
		if code.GetFrom(&m) != nil {
			return addr, true, errNoAddress
		}
		return addr, true, fmt.Errorf("refused with %d", code.Code)
	}
	if m.Type.Class != stun.ClassSuccessResponse {
		return addr, false, nil
	}
	var seen stun.XORMappedAddress
	if seen.GetFrom(&m) != nil {
		return addr, true, errNoAddress
	}
	addr, _ = netip.AddrFromSlice(seen.IP)
	addr = addr.Unmap()
	if !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() {
		return netip.Addr{}, true, fmt.Errorf("%w that can be one of ours: %v", errNoAddress, seen.IP)
	}
	return addr, true, nil
}
