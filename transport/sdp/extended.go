package sdp

import (
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
)

// The attribute of extended RTCP reports, and the format of it that we have. Each side
// lists what it has; a stream may be described by the session as a whole (RFC 3611
// sections 5.1 and 5.2).
const (
	extended    = "rtcp-xr"
	voipMetrics = "voip-metrics"
)

// reports tells whether the peer has VoIP metrics for the stream. An attribute of the
// stream stands in the place of that of the session.
func (d *description) reports(s *stream) bool {
	if formats, ok := extendedFormats(s.details.Attributes); ok {
		return slices.Contains(formats, voipMetrics)
	}
	formats, _ := extendedFormats(d.session.Attributes)
	return slices.Contains(formats, voipMetrics)
}

// extendedFormats are the formats of the first rtcp-xr among the attributes.
func extendedFormats(attributes []sdp.Attribute) (formats []string, ok bool) {
	for _, a := range attributes {
		if strings.TrimSpace(a.Key) == extended {
			return strings.Fields(a.Value), true
		}
	}
	return nil, false
}
