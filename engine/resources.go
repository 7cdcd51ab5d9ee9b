package engine

import (
	"errors"
	"fmt"
	"log/slog"
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
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return // no limit is known, so there is nothing to warn of
	}
	calls := c.Behavior.MaxConcurrentCalls
	if need := uint64(calls)*descriptorsPerCall + descriptorsBeside; limit.Cur < need {
		logger.Warn("the descriptor limit bounds the calls; raise it (ulimit -n, LimitNOFILE=)",
			"limit", limit.Cur, "needed", need, "max_calls", calls)
	}
}
