package sip

import (
	"math/rand/v2"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// refreshPause is how long a refresh is put off by what stands in its way: a change of
// the session that is under way, or a failure of the moment.
const refreshPause = time.Second

// refresh sends a session refresh request (RFC 4028 section 7.4): UPDATE, which needs
// no session description, when the caller allows it, otherwise a re-INVITE with the
// session description that was sent last.
func (l *Leg) refresh() {
	l.mu.Lock()
	if l.phase != accepted || l.hungUp || l.over || l.bye != nil || l.pending != nil {
		l.mu.Unlock()
		return
	}
	if !l.acked || l.change != nil || l.waiting() {
		l.refreshing.set(l.server, refreshPause, l.refresh)
		l.mu.Unlock()
		return
	}
	// The roles are those of this request: its sender is the uac (RFC 4028 section 7.4).
	fields := append(capabilities(), l.path.contact(),
		gosip.NewHeader("Session-Expires", seconds(l.session.interval)+";refresher=uac"))
	if l.session.interval > minInterval {
		fields = append(fields, gosip.NewHeader("Min-SE", seconds(max(minInterval, l.minSE))))
	}
	branch := newBranch()
	var request *gosip.Request
	if l.updates {
		request = l.request(gosip.UPDATE, branch, fields...)
	} else {
		request = l.request(gosip.INVITE, branch, append(fields, gosip.NewHeader("Content-Type", sessionDescription))...)
		request.SetBody(l.described)
	}
	l.pending = l.newOutgoing(request, branch, l.refreshed)
	out := l.pending
	l.mu.Unlock()
	out.start()
}

// refreshed takes the final response to our refresh, nil when none came. "If the
// session refresh request transaction times out or generates a 408 or 481 response,
// then the UAC sends a BYE request" (RFC 4028 section 10). A refusal of the moment is
// tried again until the session expires, each time after twice the pause or when
// Retry-After says; another one is the last word: then the session
// ends when it expires, unless the caller refreshes it.
func (l *Leg) refreshed(res *gosip.Response) {
	l.mu.Lock()
	out := l.pending
	l.pending = nil
	again := func(d time.Duration) { l.refreshing.set(l.server, d, l.refresh) }
	putOff := func() {
		l.pause = max(2*l.pause, refreshPause)
		again(max(l.pause, retryAfter(res)))
	}
	if res != nil {
		l.learnMinSE(res)
	}
	ended := l.over || l.hungUp || l.bye != nil
	failed, answered := false, false
	switch {
	case ended:
	case res == nil, res.StatusCode == 408, res.StatusCode == 481:
		failed = true
	case res.IsSuccess():
		l.pause = 0
		l.aim(res.Contact())
		l.lasts(l.renewed(res))
		answered = out.request.IsInvite() && len(res.Body()) > 0
	case res.StatusCode == 422 && minSE(res) > l.session.interval:
		l.session.interval = minSE(res)
		if l.session.raised {
			putOff() // a caller that wants more each time
			break
		}
		l.session.raised = true
		again(0)
	case (res.StatusCode == 405 || res.StatusCode == 501) && l.updates:
		l.updates = false
		again(0)
	case res.StatusCode == 491:
		// RFC 3261 section 14.1: "If the UAC is not the owner of the Call-ID ... a
		// randomly chosen value of between 0 and 2 seconds in units of 10 ms".
		again(time.Duration(rand.IntN(201)) * 10 * time.Millisecond)
	case momentary(res.StatusCode):
		putOff()
	default:
		l.server.log.Debug("session not refreshed any more", "call_id", l.CallID(), "code", res.StatusCode)
	}
	l.mu.Unlock()
	switch {
	case failed:
		l.expire()
	case answered:
		l.tell(func(e Events) { e.Reanswered(res.Body()) })
	}
}

// momentary reports whether the same request may be taken later. "The client SHOULD NOT
// retry the same request without modification" after another 4xx (RFC 3261 section 21.4):
// 401 and 407 want credentials, which we have none of for a caller.
func momentary(status int) bool {
	switch status {
	case 422, 480, 486:
		return true
	}
	return status/100 == 5
}

// renewed is the session after our refresh: the response names the refresher by the
// roles of our request. A caller that leaves the timer out does not know it; we go on
// to refresh, which tells us when the caller is gone.
func (l *Leg) renewed(res *gosip.Response) session {
	interval, refresher, found, ok := sessionExpires(res)
	if !found || !ok || interval < minInterval {
		return session{interval: l.session.interval, ours: true}
	}
	return session{interval: interval, ours: refresher != "uas"}
}

// learn notes what the caller allows (RFC 3261 section 20.5); mu is held.
func (l *Leg) learn(req *gosip.Request) {
	if allowed := optionTags(req, "Allow"); len(allowed) > 0 {
		l.updates = hasToken(allowed, string(gosip.UPDATE))
	}
	l.learnMinSE(req)
}

// learnMinSE notes a minimum for the session interval. A refresh carries the largest one
// that came in a 422 or in a refresh of the dialog (RFC 4028 section 7.4); mu is held.
func (l *Leg) learnMinSE(m fielded) { l.minSE = max(l.minSE, minSE(m)) }

// retryAfter reads Retry-After (RFC 3261 section 20.33), 0 when there is none that can be
// read.
func retryAfter(res *gosip.Response) time.Duration {
	h := res.GetHeader("Retry-After")
	if h == nil {
		return 0
	}
	number, _, _ := strings.Cut(h.Value(), ";")
	number, _, _ = strings.Cut(number, "(")
	d, _ := parseSeconds(number)
	return d
}

// aim has requests of ours go to the Contact, when there is one; mu is held.
func (l *Leg) aim(contact *gosip.ContactHeader) {
	if contact != nil {
		l.target = *contact.Address.Clone()
		l.target.Host = rebracketed(l.target.Host)
		l.target.Headers = nil // RFC 3261 section 19.1.1: not allowed in a Request-URI
	}
}
