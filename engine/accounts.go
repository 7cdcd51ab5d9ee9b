package engine

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"pickup/config"
	"pickup/transport/sip"
)

// accounts are the registrations that are configured, by name. The error names the
// key of a file that cannot be used.
func accounts(c *config.Config) ([]sip.Account, error) {
	var list []sip.Account
	for _, name := range slices.Sorted(maps.Keys(c.Accounts)) {
		a := c.Accounts[name]
		password, err := a.Secret()
		if err != nil {
			return nil, fmt.Errorf("account.%s.password_file: %w", name, err)
		}
		authorities, err := trusted(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("account.%s.ca_file: %w", name, err)
		}
		host, port, transport := a.Target()
		list = append(list, sip.Account{
			Name: name, Registrar: host, Port: port, Transport: transport, SIPS: a.SIPS(), Authorities: authorities,
			User: a.User, Domain: a.Domain, Realm: a.Realm, Password: password,
			Expires: a.Expires(), Required: a.Required, FromRegistrarOnly: a.InboundOnlyFromRegistrar,
		})
	}
	return list, nil
}

// trusted are the authorities in a PEM file, nil without one.
func trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, errors.New(file + " has no PEM certificate in it")
	}
	return pool, nil
}

// authentication is who may call; nil is everybody. The error names the key of a
// password file that cannot be used, or of a user that is there twice.
func authentication(c *config.Config) (*sip.Authentication, error) {
	if len(c.Auth.Users) == 0 {
		return nil, nil
	}
	a := &sip.Authentication{Realm: c.Auth.Realm, Algorithms: c.Auth.Algorithms, Users: make(map[string]string)}
	for _, name := range slices.Sorted(maps.Keys(c.Auth.Users)) {
		u := c.Auth.Users[name]
		password, err := u.Secret()
		if err != nil {
			return nil, fmt.Errorf("auth.user.%s.password_file: %w", name, err)
		}
		user := cmp.Or(u.Username, name)
		if _, twice := a.Users[user]; twice {
			return nil, fmt.Errorf("auth.user.%s: there is another section for the user %q", name, user)
		}
		a.Users[user] = password
	}
	return a, nil
}

// CheckAccounts is what Build would find wrong with the accounts and the users who may
// call.
func CheckAccounts(c *config.Config) error {
	_, wrong := accounts(c)
	_, also := authentication(c)
	return errors.Join(wrong, also)
}

// register keeps the accounts registered until unregister is called, which does not
// wait; wait does.
func (e *Engine) register() (unregister, wait func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, a := range e.accounts {
		// Its only error is that the server is closed already.
		running.Go(func() { _ = e.sip.Register(ctx, a) })
	}
	return cancel, running.Wait
}

// Registrations is the state of each account, none before Run.
func (e *Engine) Registrations() []sip.RegistrationStatus { return e.sip.Registrations() }
