package rtp

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rawSocket is a UDP socket that is used by system calls alone: the poller of the
// runtime would wake for every packet. The system calls are raw, since a send or a
// receive that cannot block needs none of the scheduler's bookkeeping.
type rawSocket struct {
	fd    int // -1 after Close
	local *net.UDPAddr
	zone  uint32 // scope of link-local IPv6 destinations
	six   bool   // an IPv6 socket, which carries IPv6 only

	to4  unix.RawSockaddrInet4
	to6  unix.RawSockaddrInet6
	from unix.RawSockaddrInet6 // has room for IPv4 as well
	part unix.Iovec
	head unix.Msghdr
	ctrl stampMessage
}

// stampMessage is laid out as the one control message that the kernel adds to a
// datagram when SO_TIMESTAMPNS is set.
type stampMessage struct {
	header unix.Cmsghdr
	at     unix.Timespec
}

// ListenRaw opens a non-blocking UDP socket on an IPv4 or IPv6 address through the
// system calls of Linux. The kernel stamps what arrives (SO_TIMESTAMPNS). An IPv6
// socket carries IPv6 only, and its zone holds for all link-local destinations.
// Port 0 lets the kernel choose.
func ListenRaw(addr netip.AddrPort) (Socket, error) {
	s, err := openRaw(addr)
	if err != nil {
		return nil, fmt.Errorf("rtp: UDP socket on %v: %w", addr, err)
	}
	return s, nil
}

func openRaw(addr netip.AddrPort) (*rawSocket, error) {
	ip := addr.Addr().Unmap()
	if !ip.IsValid() {
		return nil, fmt.Errorf("an IPv4 or IPv6 address is needed: %w", unix.EINVAL)
	}
	s := &rawSocket{six: ip.Is6()}
	family := unix.AF_INET
	if s.six {
		family = unix.AF_INET6
		zone, err := scope(ip.Zone())
		if err != nil {
			return nil, err
		}
		s.zone = zone
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_UDP)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	s.fd = fd
	if err := s.bind(ip, addr.Port()); err != nil {
		_ = unix.Close(fd) // the first error is the one to tell
		return nil, err
	}
	s.head.Name = (*byte)(unsafe.Pointer(&s.from))
	s.head.Iov = &s.part
	s.head.SetIovlen(1)
	s.head.Control = (*byte)(unsafe.Pointer(&s.ctrl))
	return s, nil
}

// bind sets the options of the socket, binds it and notes where it is bound.
func (s *rawSocket) bind(ip netip.Addr, port uint16) error {
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return fmt.Errorf("SO_TIMESTAMPNS: %w", err)
	}
	var sa unix.Sockaddr
	if s.six {
		if err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return fmt.Errorf("IPV6_V6ONLY: %w", err)
		}
		sa = &unix.SockaddrInet6{Addr: ip.As16(), Port: int(port), ZoneId: s.zone}
	} else {
		sa = &unix.SockaddrInet4{Addr: ip.As4(), Port: int(port)}
	}
	if err := unix.Bind(s.fd, sa); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	bound, err := unix.Getsockname(s.fd)
	if err != nil {
		return fmt.Errorf("getsockname: %w", err)
	}
	switch bound := bound.(type) {
	case *unix.SockaddrInet4:
		port = uint16(bound.Port)
	case *unix.SockaddrInet6:
		port = uint16(bound.Port)
	}
	s.local = net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, port))
	return nil
}

// scope gives the number of an IPv6 zone, which is a number or an interface's name.
func scope(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	link, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("zone %q is neither a number nor an interface: %w", zone, err)
	}
	return uint32(link.Index), nil
}

// Send sends p as one datagram with sendto. A full buffer is EAGAIN, an address of
// the other family EAFNOSUPPORT, a closed socket net.ErrClosed.
func (s *rawSocket) Send(p []byte, to netip.AddrPort) error {
	if s.fd < 0 {
		return net.ErrClosed
	}
	ip := to.Addr().Unmap()
	if !ip.IsValid() {
		return unix.EINVAL
	}
	if ip.Is6() != s.six {
		return unix.EAFNOSUPPORT
	}
	var name unsafe.Pointer
	var size uintptr
	if s.six {
		s.to6.Family, s.to6.Addr = unix.AF_INET6, ip.As16()
		setPort(&s.to6.Port, to.Port())
		s.to6.Scope_id = 0
		if ip.IsLinkLocalUnicast() {
			s.to6.Scope_id = s.zone
		}
		name, size = unsafe.Pointer(&s.to6), unix.SizeofSockaddrInet6
	} else {
		s.to4.Family, s.to4.Addr = unix.AF_INET, ip.As4()
		setPort(&s.to4.Port, to.Port())
		name, size = unsafe.Pointer(&s.to4), unix.SizeofSockaddrInet4
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))),
		uintptr(len(p)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(name), size)
	if errno != 0 {
		return errno
	}
	return nil
}

// Receive reads one datagram with recvmsg; its time is the kernel's.
func (s *rawSocket) Receive(p []byte) (n int, from netip.AddrPort, at time.Time, err error) {
	if s.fd < 0 {
		return 0, from, at, net.ErrClosed
	}
	s.part.Base = unsafe.SliceData(p)
	s.part.SetLen(len(p))
	s.head.Namelen = unix.SizeofSockaddrInet6
	s.head.SetControllen(int(unsafe.Sizeof(s.ctrl)))
	read, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.head)), unix.MSG_DONTWAIT)
	s.part.Base = nil
	if errno == unix.EAGAIN || errno == unix.EINTR {
		return -1, from, at, nil
	}
	if errno != 0 {
		return 0, from, at, errno
	}
	return int(read), s.source(), s.stamp(), nil
}

// source reads the address that recvmsg left.
func (s *rawSocket) source() netip.AddrPort {
	if s.six {
		return netip.AddrPortFrom(netip.AddrFrom16(s.from.Addr), port(&s.from.Port))
	}
	four := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.from))
	return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), port(&four.Port))
}

// stamp reads the time that recvmsg left.
func (s *rawSocket) stamp() time.Time {
	if int(s.head.Controllen) < int(unsafe.Sizeof(s.ctrl)) ||
		s.ctrl.header.Level != unix.SOL_SOCKET || s.ctrl.header.Type != unix.SCM_TIMESTAMPNS {
		return time.Time{}
	}
	return time.Unix(s.ctrl.at.Unix())
}

// LocalAddr is the address that the socket is bound to.
func (s *rawSocket) LocalAddr() net.Addr { return s.local }

// Close frees the descriptor. A second call does nothing and returns net.ErrClosed.
func (s *rawSocket) Close() error {
	if s.fd < 0 {
		return net.ErrClosed
	}
	fd := s.fd
	s.fd = -1
	if err := unix.Close(fd); err != nil {
		return fmt.Errorf("rtp: close %v: %w", s.local, err)
	}
	return nil
}

// port reads a port that lies in memory in network byte order.
func port(field *uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(field))
	return uint16(b[0])<<8 | uint16(b[1])
}

// setPort writes a port to memory in network byte order.
func setPort(field *uint16, port uint16) {
	b := (*[2]byte)(unsafe.Pointer(field))
	b[0], b[1] = byte(port>>8), byte(port)
}
