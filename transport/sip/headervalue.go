package sip

// indexOutside finds the first separator that is neither in quotes nor in angle
// brackets (RFC 3261 section 7.3.1), -1 when there is none.
func indexOutside(s string, separator byte) int {
	quoted, bracketed := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && !bracketed:
			quoted = !quoted
		case quoted:
		case c == '<':
			bracketed = true
		case c == '>':
			bracketed = false
		case c == separator && !bracketed:
			return i
		}
	}
	return -1
}

// splitOutside splits at every such separator.
func splitOutside(s string, separator byte) []string {
	var parts []string
	for {
		i := indexOutside(s, separator)
		if i < 0 {
			return append(parts, s)
		}
		parts, s = append(parts, s[:i]), s[i+1:]
	}
}
