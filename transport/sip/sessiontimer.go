package sip

import (
	"strconv"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// minInterval is the shortest session interval that is taken, which is the shortest
// that there may be (RFC 4028 section 4).
const minInterval = 90 * time.Second

// session is the interval that a session lasts unless it is refreshed (RFC 4028). The
// zero value lasts for ever.
type session struct {
	interval time.Duration
	ours     bool // we are the refresher
	raised   bool // by a 422 to our refresh, since the last that was good
}

// validateInterval refuses an interval that is too short. RFC 4028 section 9: the UAS
// "MAY reject the INVITE request with a 422 (Session Interval Too Small)" when the
// request "contains a Supported header field with a value 'timer'".
func (s *Server) validateInterval(req *gosip.Request) *gosip.Response {
	interval, _, found, ok := sessionExpires(req)
	switch {
	case !ok:
		return s.build(req, 400)
	case found && interval < minInterval && knowsTimer(req):
		return s.build(req, 422, gosip.NewHeader("Min-SE", seconds(minInterval)))
	}
	return nil
}

// agreeInterval gives the interval that a 2xx to the request agrees on, and the header
// fields that say so. The caller refreshes when it can and does not ask us to. What is
// too short came from a proxy, for a caller that cannot be told to raise it: it is
// ignored.
func agreeInterval(req *gosip.Request) (session, []gosip.Header) {
	interval, refresher, found, _ := sessionExpires(req)
	if !found || interval < minInterval {
		return session{}, nil
	}
	knows := knowsTimer(req)
	agreed := session{interval: interval, ours: !knows || strings.EqualFold(refresher, "uas")}
	by := "uac"
	if agreed.ours {
		by = "uas"
	}
	fields := []gosip.Header{gosip.NewHeader("Session-Expires", seconds(interval)+";refresher="+by)}
	if knows { // RFC 4028 section 9: MUST with refresher=uac, SHOULD with uas
		fields = append(fields, gosip.NewHeader("Require", "timer"))
	}
	return agreed, fields
}

func knowsTimer(req *gosip.Request) bool {
	return hasToken(optionTags(req, "Supported", "k", "Require"), "timer")
}

// fielded is a request or a response.
type fielded interface{ GetHeader(string) gosip.Header }

// sessionExpires reads Session-Expires or its compact form x (RFC 4028 section 4). It
// is not ok when there is one that cannot be read.
func sessionExpires(m fielded) (interval time.Duration, refresher string, found, ok bool) {
	h := m.GetHeader("Session-Expires")
	if h == nil {
		h = m.GetHeader("x")
	}
	if h == nil {
		return 0, "", false, true
	}
	number, parameters, _ := strings.Cut(h.Value(), ";")
	interval, ok = parseSeconds(number)
	for parameter := range strings.SplitSeq(parameters, ";") {
		if name, value, _ := strings.Cut(parameter, "="); strings.EqualFold(strings.TrimSpace(name), "refresher") {
			refresher = strings.TrimSpace(value)
		}
	}
	return interval, refresher, true, ok
}

// minSE reads Min-SE (RFC 4028 section 5), 0 when there is none that can be read.
func minSE(m fielded) time.Duration {
	h := m.GetHeader("Min-SE")
	if h == nil {
		return 0
	}
	number, _, _ := strings.Cut(h.Value(), ";")
	interval, _ := parseSeconds(number)
	return interval
}

// parseSeconds reads delta-seconds of RFC 3261 section 25.1, which are at most 2^32-1.
func parseSeconds(text string) (time.Duration, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return time.Duration(n) * time.Second, err == nil
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// lasts makes the session last for the interval from now on; mu is held. RFC 4028
// section 10 recommends to end it 32 s before it expires, or a third of the interval
// when that is less, and to refresh it when half of the interval has passed.
func (l *Leg) lasts(agreed session) {
	l.session = agreed
	l.expiry.stop()
	l.refreshing.stop()
	if agreed.interval == 0 || l.over {
		return
	}
	l.expiry.set(l.server, agreed.interval-min(32*time.Second, agreed.interval/3), l.expire)
	if agreed.ours {
		l.refreshing.set(l.server, agreed.interval/2, l.refresh)
	}
}

// expire tells that the session was not refreshed in time.
func (l *Leg) expire() {
	l.mu.Lock()
	up := l.phase == accepted && !l.hungUp && !l.over && l.bye == nil
	l.mu.Unlock()
	if up {
		l.tell(func(e Events) { e.SessionExpired() })
	}
}
