package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// validators are what a server gave with a file, to ask later whether the file has changed (RFC 9110, 8.8).
type validators struct {
	// Resource is the SHA-256 of the URL that answered, after redirects. The validators mean nothing to another one:
	// two resources may well have the same ETag.
	Resource     string `json:"resource_sha256,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// describe tells whether there is anything to ask the server of u with.
func (v validators) describe(u *url.URL) bool {
	return v.Resource == resource(u) && (v.ETag != "" || v.LastModified != "")
}

// printable tells whether the validators can stand in a header: one that cannot would make every request fail.
func (v validators) printable() bool {
	control := func(r rune) bool { return r < ' ' || r == 0x7F }
	return !strings.ContainsFunc(v.ETag, control) && !strings.ContainsFunc(v.LastModified, control)
}

// body is what a server answered.
type body struct {
	data       []byte
	unchanged  bool // 304: the validators still hold, and there are no data
	validators validators
}

// fetcher asks servers, within the limits of the package.
type fetcher struct {
	transport *http.Transport
	opt       Options
}

func newFetcher(dial dialFunc, opt Options) fetcher {
	return fetcher{opt: opt, transport: &http.Transport{
		Proxy:                  nil, // see the comment of the package
		DialContext:            dial,
		DisableKeepAlives:      true,
		DisableCompression:     true, // audio does not shrink, and the length stays known
		MaxResponseHeaderBytes: 64 << 10,
	}}
}

// close ends what is left of connections.
func (f fetcher) close() { f.transport.CloseIdleConnections() }

// fetch follows u to a file.
func (f fetcher) fetch(ctx context.Context, u *url.URL, known validators) (body, error) {
	for range 1 + maxRedirects {
		b, next, err := f.ask(ctx, u, known)
		if err != nil || next == nil {
			return b, err
		}
		u = next
	}
	return body{}, fmt.Errorf("more than %d redirects", maxRedirects)
}

// ask is one request. next is where a redirect leads.
func (f fetcher) ask(ctx context.Context, u *url.URL, known validators) (b body, next *url.URL, err error) {
	request, err := f.request(ctx, u, known)
	if err != nil {
		return body{}, nil, err
	}
	response, err := f.transport.RoundTrip(request)
	if err != nil {
		return body{}, nil, cause(ctx, err)
	}
	defer response.Body.Close()
	switch status := response.StatusCode; status {
	case http.StatusOK:
		data, err := f.receive(ctx, response)
		return body{data: data, validators: validators{
			Resource:     resource(u),
			ETag:         response.Header.Get("ETag"),
			LastModified: response.Header.Get("Last-Modified"),
		}}, nil, err
	case http.StatusNotModified:
		if !known.describe(u) {
			return body{}, nil, errors.New("304 Not Modified, which was not asked for")
		}
		return body{unchanged: true}, nil, nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := redirected(u, response.Header.Get("Location"))
		return body{}, next, err
	default:
		return body{}, nil, fmt.Errorf("the server answers %d %s", status, http.StatusText(status))
	}
}

// request asks for u, and to be told when that is what is known (RFC 9110, 13.1).
func (f fetcher) request(ctx context.Context, u *url.URL, known validators) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("no request can be made of the URL")
	}
	request.Header.Set("User-Agent", "pickup")
	request.Header.Set("Accept", "audio/*, */*;q=0.5")
	if password, _ := u.User.Password(); u.User != nil {
		request.SetBasicAuth(u.User.Username(), password)
	}
	if known.describe(u) {
		if known.ETag != "" {
			request.Header.Set("If-None-Match", known.ETag)
		}
		if known.LastModified != "" {
			request.Header.Set("If-Modified-Since", known.LastModified)
		}
	}
	return request, nil
}

// redirected is where a server that was asked for u leads with the header Location.
func redirected(u *url.URL, location string) (*url.URL, error) {
	if location == "" {
		return nil, errors.New("redirect without a Location")
	}
	next, err := u.Parse(location)
	if err != nil {
		return nil, errors.New("redirect to what is no valid URL")
	}
	if err := permit(next); err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	if u.Scheme == "https" && next.Scheme != "https" {
		// Who asked for https shall not get what anybody on the way may have put there.
		return nil, errors.New("redirect from https to http, which is not followed")
	}
	return next, nil
}

// receive reads the body.
func (f fetcher) receive(ctx context.Context, response *http.Response) ([]byte, error) {
	if response.ContentLength > maxSize {
		return nil, errTooLarge
	}
	var data []byte
	for chunk := make([]byte, 32<<10); ; {
		n, err := response.Body.Read(chunk)
		data = append(data, chunk[:n]...)
		if len(data) > maxSize {
			return nil, errTooLarge
		}
		if n > 0 && f.opt.Progress != nil {
			f.opt.Progress(int64(len(data)), response.ContentLength)
		}
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, fmt.Errorf("after %d bytes: %w", len(data), cause(ctx, err))
		}
	}
}

// cause is err as a line of an error: that time has run out, if it has, and no more than 256 bytes of what a server made
// package http quote.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	const long = 256
	if text := err.Error(); len(text) > long {
		return errors.New(strings.ToValidUTF8(text[:long], "") + " …")
	}
	return err
}

// resource is u as validators know it.
func resource(u *url.URL) string {
	sum := sha256.Sum256([]byte(u.String()))
	return hex.EncodeToString(sum[:])
}
