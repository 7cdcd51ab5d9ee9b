package sip

import gosip "github.com/emiago/sipgo/sip"

// outgoing is a client transaction inside a dialog (RFC 3261 section 17.1). It is
// ours and not the library's, which would look up names, open sockets and keep a
// goroutine for the response. Where the connection is gone nobody is dialled: it ends
// at once.
type outgoing struct {
	leg     *Leg
	request *gosip.Request
	number  uint32 // of its CSeq
	branch  string
	flow    flow                  // that it leaves by
	done    func(*gosip.Response) // called once, with the final response, nil when there is none

	// Guarded by mu of the leg.
	timer, deadline alarm
	proceeding      bool           // a provisional response came
	ended           bool           // done was called
	ack             *gosip.Request // of an INVITE, once there is a final response
}

// newOutgoing makes the transaction of the request that was built last; mu is held. Nothing is sent before start.
func (l *Leg) newOutgoing(request *gosip.Request, branch string, done func(*gosip.Response)) *outgoing {
	return &outgoing{leg: l, request: request, number: l.sent, branch: branch, flow: l.path, done: done}
}

// start sends the request, and repeats it over UDP at T1, doubling, up to T2 unless it
// is an INVITE. It is given up after 64·T1, an INVITE only without any response: then the
// session that it refreshes ends it.
func (o *outgoing) start() {
	l := o.leg
	l.server.dialogs.expect(o.branch, o)
	l.mu.Lock()
	if !o.flow.reliable() {
		o.timer.set(l.server, gosip.T1, o.repeat)
	}
	o.giveUp()
	l.mu.Unlock()
	if err := o.write(); err != nil {
		l.server.log.Debug("request not sent", "call_id", l.CallID(), "event", string(o.request.Method), "err", err)
		o.end(nil)
	}
}

// giveUp ends the transaction after 64·T1; mu is held.
func (o *outgoing) giveUp() {
	if !o.ended {
		o.deadline.set(o.leg.server, gosip.Timer_F, func() { o.end(nil) })
	}
}

func (o *outgoing) repeat() {
	l := o.leg
	l.mu.Lock()
	again := !o.ended && !l.over && (!o.proceeding || !o.request.IsInvite())
	switch {
	case !again:
	case o.proceeding:
		o.timer.again(gosip.T2)
	case o.request.IsInvite():
		o.timer.again(2 * o.timer.interval)
	default:
		o.timer.again(min(2*o.timer.interval, gosip.T2))
	}
	l.mu.Unlock()
	if again {
		_ = o.write() // a repetition is lost like any datagram
	}
}

// receive takes a response. The final one to an INVITE is acknowledged each time that
// it comes (RFC 3261 sections 13.2.2.4 and 17.1.1.2).
func (o *outgoing) receive(res *gosip.Response) {
	l := o.leg
	l.mu.Lock()
	if res.IsProvisional() {
		o.proceeding = true
		if o.request.IsInvite() && !l.over { // Timer B is of the state Calling (RFC 3261 section 17.1.1.2)
			o.deadline.stop()
		}
		l.mu.Unlock()
		return
	}
	if o.request.IsInvite() && o.ack == nil {
		o.ack = o.acknowledgement(res)
	}
	ack := o.ack
	l.mu.Unlock()
	if ack != nil {
		_ = o.flow.conn.WriteMsg(ack) // the response comes again when it is lost
	}
	o.end(res)
}

// acknowledgement is the ACK to a final response; mu is held. For a 2xx it is a
// transaction of its own.
func (o *outgoing) acknowledgement(res *gosip.Response) *gosip.Request {
	l, number := o.leg, o.number
	if res.IsSuccess() {
		l.aim(res.Contact())
		return l.requestOf(gosip.ACK, number, newBranch())
	}
	ack := l.requestOf(gosip.ACK, number, o.branch)
	ack.Recipient = o.request.Recipient
	return ack
}

// end is the end of the transaction. A final response to an INVITE may be repeated
// for 64·T1.
func (o *outgoing) end(res *gosip.Response) {
	l := o.leg
	l.mu.Lock()
	ended := o.ended
	o.ended = true
	o.timer.stop()
	o.deadline.stop()
	l.mu.Unlock()
	if ended {
		return
	}
	if res != nil && o.request.IsInvite() {
		l.server.after(64*gosip.T1, func() { l.server.dialogs.forget(o.branch) })
	} else {
		l.server.dialogs.forget(o.branch)
	}
	o.done(res)
}
