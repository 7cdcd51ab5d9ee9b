// Package e2e tests the built program with the programs that people call it with:
// baresip, SIPp, linphonec, Kamailio, tshark, sox and ffmpeg, on loopback only.
//
// The tests carry the build tag e2e. Those named TestShort take seconds and are
// part of make test; those named TestFull are added by make e2e. Each starts a
// daemon of its own on ports of its own and ends it with SIGTERM. tools.sh
// installs the programs, linphonec only for make e2e.
//
// What has no tag needs no other program: reading WAV files, comparing what was
// heard with what was played, counting RTP streams and the reports about them, a
// relay that impairs what it passes on.
package e2e
