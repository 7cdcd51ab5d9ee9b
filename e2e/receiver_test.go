package e2e

import (
	"net"
	"runtime"
	"testing"
)

func TestReceiverCounts(t *testing.T) {
	r, err := newReceiver(2)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for i, address := range r.addresses() {
		sender, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(address))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			if _, err := sender.Write(frame(uint32(i), n)); err != nil {
				t.Fatal(err)
			}
		}
		_ = sender.Close()
	}
	for got := 0; got < 20; _, got = r.total() {
		runtime.Gosched()
	}
	if faults := r.faults(2, plan{frames: 10}); len(faults) > 0 {
		t.Errorf("faults: got %v, want none", faults)
	}
	if dropped, err := r.drops(); dropped != 0 || err != nil {
		t.Errorf("drops: got %d, %v, want 0", dropped, err)
	}
}
