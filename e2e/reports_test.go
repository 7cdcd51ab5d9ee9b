package e2e

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
)

// compound is a sender report of source 1 about that many packets, its name, and a
// BYE when it leaves.
func compound(packets uint32, leave bool) []byte {
	out := []byte{0x80, senderReport, 0, 6, 0, 0, 0, 1}
	out = append(out, make([]byte, 12)...)
	out = binary.BigEndian.AppendUint32(out, packets)
	out = binary.BigEndian.AppendUint32(out, packets*frameSize)
	out = append(out, 0x81, sourceDescription, 0, 2, 0, 0, 0, 1, 1, 1, 'a', 0)
	if leave {
		out = append(out, 0x81, goodbye, 0, 1, 0, 0, 0, 1)
	}
	return out
}

func TestReportsAreChecked(t *testing.T) {
	last := compound(5, true)
	other := compound(5, true)
	other[7] = 2
	tests := []struct {
		name    string
		reports [][]byte
		want    string // part of what is wrong; empty for nothing
	}{
		{"true", [][]byte{compound(3, false), last}, ""},
		{"none", nil, "got {packets:0 octets:0 left:false}, want {packets:5 octets:800 left:true}"},
		{"no BYE", [][]byte{compound(5, false)}, "left:false}, want"},
		{"one packet too few", [][]byte{compound(4, true)}, "got {packets:4 octets:640 left:true}"},
		{"after the BYE", [][]byte{last, last}, "got 1 datagrams that are no report"},
		{"cut", [][]byte{last[:len(last)-4], last}, "got 1 datagrams that are no report"},
		{"one octet too many", [][]byte{append(last[:len(last):len(last)], 0), last}, "got 1 datagrams that are no report"},
		{"of two sources", [][]byte{other, last}, "got 1 datagrams that are no report"},
		{"without a name", [][]byte{last[:28], last}, "got 1 datagrams that are no report"},
		{"RTP", [][]byte{frame(1, 1), last}, "got 1 datagrams that are no report"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			counted := newStreams()
			for n := range 5 {
				counted.add(frame(1, n), peer)
			}
			for _, datagram := range test.reports {
				counted.addReport(datagram, netip.AddrPortFrom(peer.Addr(), peer.Port()+1))
			}
			got := strings.Join(counted.misreports(), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
