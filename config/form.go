package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// form is the shape that a text must have.
type form struct {
	allowed string // stands after "must be"
	ok      func(string) bool
}

// forms are the values of the form tag.
var forms = map[string]form{
	"address":          {"an IPv4 or IPv6 address", isAddress},
	"host":             {"a host name or an IP address", isHost},
	"line":             {"1 to 128 bytes of printable text", isLine},
	"path":             {"a path of 1 to 4096 bytes of printable text", isPath},
	"optional host":    {"empty, a host name or an IP address", func(s string) bool { return s == "" || isHost(s) }},
	"optional line":    {"empty or up to 128 bytes of printable text", func(s string) bool { return s == "" || isLine(s) }},
	"registrar":        {"sip:HOST or sip:HOST:PORT, with ;transport=udp, tcp or tls behind it if need be, or sips:HOST", isRegistrar},
	"optional path":    {"empty or a path of up to 4096 bytes of printable text", isOptionalPath},
	"source":           {"builtin, milliwatt, silence, tone: with 1 to 4 frequencies from 20 to 3900 Hz joined by +, an http or https URL, or the path of an MP3 or WAV file", isSource},
	"url":              {"an http or https URL", isURL},
	"optional address": {"empty or an IP address of one host", isOptionalAddress},
	"external":         {"empty, an IP address of one host, auto or stun:host[:port]", isExternal},
	"key":              {"empty or one of 0 to 9, *, #, A to D", isKey},
	"networks":         {"an IP address or a network, as 192.0.2.0/24", isNetwork},
}

func isKey(s string) bool { return s == "" || len(s) == 1 && strings.Contains("0123456789*#ABCD", s) }

func isAddress(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && !addr.IsMulticast()
}

// isOptionalAddress refuses what leads to no single host, and what means nothing to
// another one.
func isOptionalAddress(s string) bool {
	addr, err := netip.ParseAddr(s)
	return s == "" || err == nil && !addr.IsMulticast() && !addr.IsUnspecified() && addr.Zone() == ""
}

func isExternal(s string) bool {
	_, _, stun := parseSTUN(s)
	return stun || s == ExternalAuto || isOptionalAddress(s)
}

func isNetwork(s string) bool {
	_, ok := parseNetwork(s)
	return ok
}

// hostName is a name of RFC 1123 section 2.1: labels of letters, digits and
// inner hyphens.
var hostName = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return len(s) <= 253 && hostName.MatchString(s)
}

func isLine(s string) bool { return len(s) <= 128 && isPrintable(s) }

func isPath(s string) bool { return len(s) <= 4096 && isPrintable(s) }

func isOptionalPath(s string) bool { return s == "" || isPath(s) }

// isPrintable keeps line ends and other control characters out of headers,
// logs and file names, and blanks from standing for a value.
func isPrintable(s string) bool {
	control := func(r rune) bool { return !unicode.IsPrint(r) }
	return utf8.ValidString(s) && strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, control)
}

// isSource refuses what cannot be meant for a path: a scheme that is not served.
func isSource(s string) bool {
	if tones, ok := strings.CutPrefix(s, TonePrefix); ok {
		return isTones(tones)
	}
	if strings.Contains(s, "://") {
		return isURL(s)
	}
	return isPath(s)
}

// frequency is a decimal number. ParseFloat alone reads 0x1p9 and 1_000 too, which
// nobody means in a tone.
var frequency = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func isTones(s string) bool {
	frequencies := strings.Split(s, "+")
	for _, written := range frequencies {
		f, err := strconv.ParseFloat(written, 64)
		if err != nil || !frequency.MatchString(written) || !(f >= 20 && f <= 3900) {
			return false
		}
	}
	return len(frequencies) <= 4
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && isPrintable(s)
}
