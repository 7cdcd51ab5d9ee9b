package download

import (
	"errors"
	"fmt"
	"net/url"
)

// parse is rawURL when it may be asked for. Its errors do not repeat it: what cannot be taken apart may have a
// password anywhere.
func parse(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("not a valid URL: it must be like https://host/path")
	}
	return u, permit(u)
}

// permit is an error unless u is an http or https URL with a host.
func permit(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("URL with scheme %q: allowed are http and https", u.Scheme)
	}
	if u.Hostname() == "" {
		return fmt.Errorf("URL without a host: it must be like %s://host/path", u.Scheme)
	}
	return nil
}

// redact is u for people: without user, password, query and fragment, in which secrets travel.
func redact(u *url.URL) string {
	public := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return public.String()
}

// Redact is rawURL for a log or a screen: without user, password, query and fragment. What is no URL becomes
// "(no valid URL)".
func Redact(rawURL string) string {
	u, err := parse(rawURL)
	if err != nil {
		return "(no valid URL)"
	}
	return redact(u)
}
