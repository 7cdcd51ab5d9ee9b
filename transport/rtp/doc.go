// Package rtp is the media plane: port pairs, sockets, the pacers that give the
// beat, and sessions that send one stream of RTP and count what comes back
// (RFC 3550, RFC 3551).
//
// A process has one [Ports] and one [Pacers]. Each call opens a [Session] with
// [Open], tells the peer its [Session.Port], learns with [Session.Expect] who the
// peer is, starts its stream with [Session.Play], follows a renegotiation with
// [Session.Change] and ends with [Session.Stop]:
//
//	pacers := rtp.NewPacers(runtime.GOMAXPROCS(0))
//	defer pacers.Close()
//	session, err := rtp.Open(rtp.Config{Listen: rtp.ListenRaw, Ports: ports, Pacers: pacers, Address: local})
//	err = session.Play(rtp.Stream{Source: track, Frames: 1500, Samples: 160}, rtp.Peer{RTP: remote}, done)
//	stats := session.Stop()
//
// [Session.Hear] says what the peer's stream is to be like, so that its level and its
// quality can be told and its absence be noticed; [Session.Live] tells what was counted
// so far.
//
// There is no goroutine per session and none per socket. A pacer is one goroutine
// that walks the sessions of one phase after the other. Each session first reads
// its own sockets and then sends, so that all state of its media belongs to the
// pacer, under the lock of its phase.
//
// Who stops what: the owner of a session calls Stop, which returns when no tick of
// it runs, its sockets are closed and its ports are free again. The owner of the
// pacers stops the sessions first and then calls [Pacers.Close], which returns
// when their goroutines have ended.
//
// Time comes from package time alone, so that sessions on sockets in memory run in
// the virtual time of testing/synctest.
package rtp
