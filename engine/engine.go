package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pickup/config"
	"pickup/transport/nat"
	"pickup/transport/rtp"
	"pickup/transport/sip"
)

// retryAfter is what a refused caller is told to wait.
const retryAfter = 5 * time.Second

// Options is what an engine is made of.
type Options struct {
	Config    *config.Config
	Audio     *Audio       // what calls are played until SetAudio
	Entries   []Entry      // where SIP comes in; the engine closes them
	TLS       *tls.Config  // of the entries that need it
	ListenRTP rtp.Listen   // opens the media sockets
	Observers []Observer   // are told what the calls do
	NAT       *nat.Watcher // what peers are told of our addresses; nil: the local ones
	Host      []netip.Addr // addresses of this host, which are no target of media
	Logger    *slog.Logger
}

// Engine is a server that answers calls. Make it with [New].
type Engine struct {
	config    *config.Config
	audio     atomic.Pointer[Audio] // of new calls
	entries   []Entry
	tls       *tls.Config
	listenRTP rtp.Listen
	observers []Observer
	logger    *slog.Logger

	accounts  []sip.Account
	sip       *sip.Server
	admission *admission
	running   atomic.Bool // Run was called
	outages   outages
	bus       *bus
	ports     *rtp.Ports
	pacers    *rtp.Pacers
	noise     noise
	nat       *nat.Watcher
	host      []netip.Addr
	hurry     chan struct{}
	hurryOnce sync.Once
}

// New builds an engine. Nothing runs and nobody is answered before Run.
func New(o Options) (*Engine, error) {
	ports, err := rtp.NewPorts(o.Config.Media.RTPPortRangeStart, o.Config.Media.RTPPortRangeEnd)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	e := &Engine{
		config:    o.Config,
		entries:   o.Entries,
		tls:       o.TLS,
		listenRTP: o.ListenRTP,
		observers: o.Observers,
		logger:    o.Logger,
		admission: newAdmission(o.Config.Behavior.MaxConcurrentCalls),
		ports:     ports,
		nat:       o.NAT,
		host:      o.Host,
		hurry:     make(chan struct{}),
	}
	e.audio.Store(o.Audio)
	callers, err := authentication(o.Config)
	if err != nil {
		return nil, err
	}
	if e.accounts, err = accounts(o.Config); err != nil {
		return nil, err
	}
	if e.nat == nil {
		e.nat = nat.NewWatcher(nat.Policy{}, nil, o.Logger)
	}
	e.sip, err = sip.NewServer(sip.Config{
		Handler: e, UserAgent: o.Config.SIP.UserAgent, Logger: o.Logger,
		ACL: acl(o.Config), Limits: limits(o.Config), Name: e.contact, Authentication: callers,
	})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return e, nil
}

// Run answers calls until the context ends, then drains; the calls that were up have
// been ended when it returns. A listener that fails meanwhile is opened again, for as
// long as it takes. The error says what could not be closed. Run may be called once.
func (e *Engine) Run(ctx context.Context) error {
	e.pacers = rtp.NewPacers(runtime.GOMAXPROCS(0))
	e.bus = newBus(e.observers)
	working, stopWorking := context.WithCancel(context.Background())
	var background sync.WaitGroup
	background.Go(func() { e.reportNoise(working) })
	background.Go(func() { e.nat.Run(working) })

	for _, entry := range e.entries {
		background.Go(func() { e.serve(working, entry) })
	}
	e.logger.Info("ready", "listen", e.addresses(), "audio", e.audio.Load().String(),
		"max_calls", e.config.Behavior.MaxConcurrentCalls)
	unregister, unregistered := e.register()
	e.running.Store(true)
	<-ctx.Done()
	unregister() // no call more comes from there while the drain lasts
	e.drain()
	unregistered()
	err := e.sip.Close()
	stopWorking()
	background.Wait()
	e.pacers.Close()
	err = errors.Join(err, e.bus.close())
	e.logger.Info("stopped")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrResources, err)
	}
	return nil
}

// SetAudio has new calls play other audio. Calls that are up keep theirs.
func (e *Engine) SetAudio(a *Audio) {
	e.audio.Store(a)
	e.logger.Info("audio changed", "audio", a.String())
}

// HangUp cuts the grace of a drain short: calls that are up get their BYE now.
func (e *Engine) HangUp() { e.hurryOnce.Do(func() { close(e.hurry) }) }

// ActiveCalls counts the calls that hold a slot.
func (e *Engine) ActiveCalls() int { return int(e.admission.active.Load()) }

// drain returns when the last call has ended: by itself within the grace, by our
// BYE after it. The wait after the BYE is bounded by the timers of the calls.
func (e *Engine) drain() {
	e.admission.drain()
	e.logger.Info("draining", "active_calls", e.ActiveCalls(), "grace", e.config.Behavior.ShutdownGrace().String())
	idle := make(chan struct{})
	go func() {
		e.admission.idle()
		close(idle)
	}()
	grace := time.NewTimer(e.config.Behavior.ShutdownGrace())
	defer grace.Stop()
	select {
	case <-idle:
		return
	case <-grace.C:
	case <-e.hurry:
	}
	e.logger.Info("hanging up", "active_calls", e.ActiveCalls())
	e.bus.shutdown()
	<-idle
}

// addresses lists where the engine listens, each address once.
func (e *Engine) addresses() []string {
	var list []string
	for _, entry := range e.entries {
		list = append(list, entry.String())
	}
	return slices.Compact(list)
}
