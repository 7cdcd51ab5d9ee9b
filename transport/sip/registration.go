package sip

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

const (
	// RFC 5626 section 4.5: the time before the next attempt is min(max-time,
	// base-time * 2^failures), of which 50 to 100 % are waited. Its max-time is 1800 s;
	// a callee that is not called for so long would be missed.
	baseRetry = 30 * time.Second
	maxRetry  = 5 * time.Minute
	// maxRetryAfter is the longest that a registrar can make us wait.
	maxRetryAfter = time.Hour
	// minRefresh is the shortest time between two registrations, whatever is granted.
	minRefresh = time.Second
	// maxRounds bounds the requests of one attempt: an old nonce, a challenge each of a
	// proxy and of the registrar, a longer expiry, and the last word.
	maxRounds = 6
	// maxExpires is the longest Min-Expires that is followed.
	maxExpires = 24 * time.Hour
	// unregisterTime is how long the end of a registration may take.
	unregisterTime = 4 * time.Second
	// socketTime is how long a registration waits for the server to have a socket;
	// settleTime is how long it waits for another one once there is one.
	socketTime = 5 * time.Second
	settleTime = 200 * time.Millisecond
)

// Diagnosis codes of a failed registration.
const (
	RegAuth        = "REG-AUTH"        // the credentials are refused
	RegTimeout     = "REG-TIMEOUT"     // there is no response
	RegRejected    = "REG-REJECTED"    // the registrar refuses
	RegUnreachable = "REG-UNREACHABLE" // no address, or no connection
	RegTLS         = "REG-TLS"         // the handshake fails, or the certificate is not trusted
)

// failure is why an attempt to register failed, in words for an operator.
type failure struct {
	diagnosis string
	status    int // of the response, 0 without one
	reason    string
	after     time.Duration // that the registrar asks us to wait
}

func (f *failure) Error() string { return f.reason }

// RegistrationStatus is the state of one account.
type RegistrationStatus struct {
	Account    string
	Registrar  string // as configured, host and port
	Required   bool
	Registered bool      // the registrar sends us calls, as far as we know
	Until      time.Time // when the last binding ends; zero before the first
	Attempts   uint64    // requests sent, repetitions not counted
	Failures   int       // attempts in a row that failed
	Diagnosis  string    // of the last failure, empty when the last attempt was good
	LastError  string    // the same in words
}

// registration keeps one account registered. It is owned by the goroutine of
// Register, but for status.
type registration struct {
	server      *Server
	account     Account
	credentials credentials
	callID, tag string
	sequence    uint32 // of the last request
	expires     time.Duration
	targets     []netip.AddrPort
	choice      int // of targets
	by          *link
	since       time.Time // by was found
	contact     string    // that is bound
	bound       bool      // the registrar may have a binding of ours
	cancel      context.CancelFunc

	mu     sync.Mutex
	status RegistrationStatus
	hosts  []netip.Addr // of targets
}

// Register keeps the account registered (RFC 3261 section 10) until the context ends,
// then takes the binding back, which may last 4 s, and returns. It needs a socket of
// ServeUDP for an account over UDP. The registration is refreshed at 75 to 90 % of the
// time that the registrar grants; after a failure it is tried again after 50 to 100 %
// of 60 s, 120 s and so on up to 5 min (RFC 5626 section 4.5), or later when the
// registrar says so. Several accounts may be registered at once, each with its own
// call. The error is ErrClosed when the server is closed.
func (s *Server) Register(ctx context.Context, a Account) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &registration{
		server: s, account: a, callID: newBranch(), tag: newBranch(), expires: a.Expires, cancel: cancel,
		status: RegistrationStatus{Account: a.Name, Registrar: a.requestURI(), Required: a.Required},
	}
	r.credentials.account = &r.account
	if !s.registrations.add(s, r) {
		return ErrClosed
	}
	defer s.loops.Done()
	for ctx.Err() == nil {
		pause := maxRetry
		s.guard("registering", func() { pause = r.attempt(ctx) })
		r.idle(ctx, pause)
	}
	s.guard("unregistering", r.unregister)
	r.abandon()
	return nil
}

// attempt registers once, and says how long to wait for the next time.
func (r *registration) attempt(ctx context.Context) time.Duration {
	res, contact, err := r.register(ctx, r.expires)
	if ctx.Err() != nil {
		return 0
	}
	if err == nil {
		if span := granted(res, contact, r.expires); span > 0 {
			r.succeeded(contact, span)
			return max(minRefresh, r.between(span, 0.75, 0.9))
		}
		err = &failure{diagnosis: RegRejected, status: res.StatusCode, reason: "the registrar grants no time"}
	}
	return r.failed(err)
}

// between is a random part of the time, so that clients that started together do not
// stay together.
func (r *registration) between(d time.Duration, low, high float64) time.Duration {
	return time.Duration(float64(d) * (low + (high-low)*r.server.random()))
}

// register sends REGISTER until there is a response that is good or a failure, and
// gives the Contact that was bound.
func (r *registration) register(ctx context.Context, expires time.Duration) (*gosip.Response, string, error) {
	r.credentials.begin()
	diagnosis := RegAuth
	for range maxRounds {
		if err := r.reach(ctx); err != nil {
			return nil, "", err
		}
		branch, contact := newBranch(), r.contactHere()
		request := r.request(branch, contact, expires)
		r.bound = true
		r.count()
		res, err := r.server.transact(ctx, r.by, branch, request)
		if err != nil {
			r.abandon()
			return nil, "", r.unanswered(err)
		}
		if res.IsSuccess() {
			return res, contact, nil
		}
		if expires, err = r.refusal(res, expires); err != nil {
			return nil, "", err
		}
		if res.StatusCode == 423 {
			diagnosis = RegRejected // it wants a longer time again and again
		}
	}
	return nil, "", &failure{diagnosis: diagnosis, reason: fmt.Sprintf("the registrar is not content with %d requests", maxRounds)}
}

// refusal reads a response that is none of success: with a new expiry and no error when
// another request may be good.
func (r *registration) refusal(res *gosip.Response, expires time.Duration) (time.Duration, error) {
	fail := &failure{
		diagnosis: RegRejected,
		status:    res.StatusCode,
		reason:    fmt.Sprintf("the registrar answers %d %s", res.StatusCode, clean(res.Reason)),
		after:     min(secondsIn(res, "Retry-After"), maxRetryAfter),
	}
	switch res.StatusCode {
	case 401, 407:
		refused := r.credentials.challenged(res)
		if refused == "" {
			return expires, nil
		}
		fail.diagnosis, fail.reason = RegAuth, fail.reason+": "+refused
	case 423:
		// RFC 3261 section 10.3: "a Min-Expires header field that contains the minimum
		// registration expiration time".
		least := secondsIn(res, "Min-Expires")
		if expires > 0 && least > expires && least <= maxExpires {
			r.expires = least
			return least, nil
		}
		fail.reason += fmt.Sprintf(": it wants %v and was asked for %v", least, expires)
	}
	return 0, fail
}

// unanswered is the failure of a request without a response.
func (r *registration) unanswered(err error) *failure {
	switch {
	case errors.Is(err, errNoResponse):
		return &failure{diagnosis: RegTimeout, reason: "the registrar does not answer: " + err.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{diagnosis: RegTimeout, reason: "the registrar does not answer in time"}
	}
	return &failure{diagnosis: RegUnreachable, reason: "the registrar is not reached: " + err.Error()}
}

// secondsIn is the number of seconds in a header field, 0 without one.
func secondsIn(res *gosip.Response, name string) time.Duration {
	if fields := values(res, name); len(fields) > 0 {
		d, _ := deltaSeconds(fields[0])
		return d
	}
	return 0
}

// succeeded notes what is bound now. An operator hears of it when it is news.
func (r *registration) succeeded(contact string, span time.Duration) {
	now := time.Now()
	r.mu.Lock()
	news := "registered"
	if r.status.Registered && now.Before(r.status.Until) && r.status.Failures == 0 {
		news = ""
		if r.contact != contact {
			news = "registration changed"
		}
	}
	r.status.Registered, r.status.Until = true, now.Add(span)
	r.status.Failures, r.status.Diagnosis, r.status.LastError = 0, "", ""
	r.mu.Unlock()
	r.contact = contact
	if news != "" {
		r.server.log.Info(news, "account", r.account.Name, "dst", r.by.target.String(), "contact", contact, "expires", span.String())
	}
}

// failed notes a failure and says how long to wait. It lasts a while until an account
// that is refused is known not to be registered: the binding may last.
func (r *registration) failed(err error) time.Duration {
	fail, ok := errors.AsType[*failure](err)
	if !ok {
		fail = &failure{diagnosis: RegUnreachable, reason: err.Error()}
	}
	r.mu.Lock()
	r.status.Failures++
	r.status.Diagnosis, r.status.LastError = fail.diagnosis, fail.reason
	failures, until := r.status.Failures, r.status.Until
	r.mu.Unlock()
	if fail.diagnosis != RegAuth {
		r.abandon() // the next address of the name may do better
		r.choice++
	}
	pause := max(fail.after, r.between(backoff(failures), 0.5, 1))
	fields := []any{"account", r.account.Name, "dst", r.account.requestURI(), "diagnosis", fail.diagnosis,
		"reason", fail.reason, "attempt", failures, "again_in", pause.Round(time.Second).String()}
	if fail.status != 0 {
		fields = append(fields, "code", fail.status)
	}
	if left := time.Until(until); left > 0 {
		fields = append(fields, "still_for", left.Round(time.Second).String())
	}
	r.server.log.Warn("registration failed", fields...)
	return pause
}

// backoff is the upper bound of RFC 5626 section 4.5.
func backoff(failures int) time.Duration {
	return time.Duration(min(float64(maxRetry), float64(baseRetry)*math.Pow(2, float64(failures))))
}

// unregister takes the binding back (RFC 3261 section 10.2.2), once.
func (r *registration) unregister() {
	r.mu.Lock()
	bound := r.bound && (r.status.Failures == 0 || time.Now().Before(r.status.Until))
	r.mu.Unlock()
	if !bound || r.server.isClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), unregisterTime)
	defer cancel()
	_, _, err := r.register(ctx, 0)
	r.mu.Lock()
	r.status.Registered, r.status.Until = false, time.Time{}
	r.mu.Unlock()
	if err != nil {
		r.server.log.Warn("not unregistered; the registrar forgets us later", "account", r.account.Name, "reason", err.Error())
		return
	}
	r.server.log.Info("unregistered", "account", r.account.Name)
}

func (r *registration) count() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Attempts++
}

// state is the status as it is now: a binding that is not refreshed ends.
func (r *registration) state() RegistrationStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := r.status
	status.Registered = status.Registered && time.Now().Before(status.Until)
	return status
}
