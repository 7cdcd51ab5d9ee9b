package sip

import (
	"net"
	"net/netip"
	"syscall"
	"unsafe"
)

// controlSpace is room for the control messages of one datagram.
var controlSpace = syscall.CmsgSpace(syscall.SizeofInet4Pktinfo) + syscall.CmsgSpace(syscall.SizeofInet6Pktinfo)

// enablePacketInfo has the kernel tell the local address with each datagram (ip(7)
// IP_PKTINFO, ipv6(7) IPV6_RECVPKTINFO). An IPv6 socket tells IPv4 addresses in
// their mapped form.
func enablePacketInfo(conn *net.UDPConn, v4 bool) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	level, option := syscall.IPPROTO_IPV6, syscall.IPV6_RECVPKTINFO
	if v4 {
		level, option = syscall.IPPROTO_IP, syscall.IP_PKTINFO
	}
	var failure error
	if err := raw.Control(func(fd uintptr) {
		failure = syscall.SetsockoptInt(int(fd), level, option, 1)
	}); err != nil {
		return err
	}
	return failure
}

// destination reads the local address to answer from. It is false for a datagram
// to a group, which has none.
func destination(control []byte) (netip.Addr, bool) {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return netip.Addr{}, false
	}
	for _, m := range messages {
		var addr netip.Addr
		switch {
		case m.Header.Level == syscall.IPPROTO_IP && m.Header.Type == syscall.IP_PKTINFO && len(m.Data) >= syscall.SizeofInet4Pktinfo:
			addr = netip.AddrFrom4((*syscall.Inet4Pktinfo)(unsafe.Pointer(&m.Data[0])).Spec_dst)
		case m.Header.Level == syscall.IPPROTO_IPV6 && m.Header.Type == syscall.IPV6_PKTINFO && len(m.Data) >= syscall.SizeofInet6Pktinfo:
			addr = netip.AddrFrom16((*syscall.Inet6Pktinfo)(unsafe.Pointer(&m.Data[0])).Addr).Unmap()
		default:
			continue
		}
		return addr, !addr.IsMulticast() && !addr.IsUnspecified()
	}
	return netip.Addr{}, false
}

// sourceControl is the control message that has the kernel send from an address.
func sourceControl(addr netip.Addr, v4 bool) []byte {
	size, level, kind := syscall.SizeofInet6Pktinfo, syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO
	if v4 {
		size, level, kind = syscall.SizeofInet4Pktinfo, syscall.IPPROTO_IP, syscall.IP_PKTINFO
	}
	control := make([]byte, syscall.CmsgSpace(size))
	header := (*syscall.Cmsghdr)(unsafe.Pointer(&control[0]))
	header.SetLen(syscall.CmsgLen(size))
	header.Level, header.Type = int32(level), int32(kind)
	info := unsafe.Pointer(&control[syscall.CmsgLen(0)])
	if v4 {
		(*syscall.Inet4Pktinfo)(info).Spec_dst = addr.As4()
	} else {
		(*syscall.Inet6Pktinfo)(info).Addr = addr.As16()
	}
	return control
}
