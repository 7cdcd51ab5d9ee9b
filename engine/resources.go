package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"syscall"

	"pickup/config"
	"pickup/transport/rtp"
)

const (
	descriptorsPerCall = 2   // an RTP and an RTCP socket
	descriptorsBeside  = 100 // listeners, connections, files
)

// probePorts opens one pair of the RTP range and closes it: a range that other
// programs hold is an error at start, and not in every call.
func probePorts(c *config.Config, listen rtp.Listen) error {
	ports, err := rtp.NewPorts(c.Media.RTPPortRangeStart, c.Media.RTPPortRangeEnd)
	if err != nil {
		return err
	}
	pacers := rtp.NewPacers(1)
	defer pacers.Close()
	session, err := rtp.Open(rtp.Config{Listen: listen, Ports: ports, Pacers: pacers, Address: c.SIP.Addresses()[0]})
	switch {
	case errors.Is(err, rtp.ErrNoPorts):
		return fmt.Errorf("media.rtp_port_range_start = %d, media.rtp_port_range_end = %d: other programs hold the ports; choose another range: %w",
			c.Media.RTPPortRangeStart, c.Media.RTPPortRangeEnd, err)
	case err != nil:
		return err
	}
	session.Stop()
	return nil
}

// warnOfDescriptors says when the process may not open as many files as the calls
// need. The Go runtime has raised the soft limit to the hard one already.
func warnOfDescriptors(c *config.Config, logger *slog.Logger) {
	calls, limit := c.Behavior.MaxConcurrentCalls, descriptorLimit()
	if need := needed(calls); limit < need {
		logger.Warn("the descriptor limit bounds the calls; raise it (ulimit -n, LimitNOFILE=)",
			"limit", limit, "needed", need, "max_calls", calls)
	}
}

// descriptorLimit is how many files the process may have open.
func descriptorLimit() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxUint64 // none is known
	}
	return limit.Cur
}

// needed is how many descriptors so many calls need.
func needed(calls int) uint64 { return uint64(calls)*descriptorsPerCall + descriptorsBeside }

// connections is how many connections there may be, of strangers too, so that the calls
// have their descriptors: what those leave of the limit, and an eighth of it when it is
// too low for the calls.
func connections(limit uint64, calls int) int {
	spare := limit / 8
	if need := needed(calls); limit > need {
		spare = max(spare, limit-need)
	}
	return int(max(1, min(spare, math.MaxInt32)))
}
