package record

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"net/netip"
	"time"

	"pickup/calls"
)

// packetTime is the audio in one packet of ours, in milliseconds, whatever the
// codec.
const packetTime = 20

// line is the record of one call as it is written. A nil field is null: it was
// not measured, or there was none.
type line struct {
	ID            *string         `json:"id"`
	CallID        *string         `json:"call_id"`
	From          *string         `json:"from"`
	To            *string         `json:"to"`
	RequestURI    *string         `json:"ruri"`
	Source        *netip.AddrPort `json:"src"`
	Transport     *string         `json:"transport"`
	UserAgent     *string         `json:"user_agent"`
	InvitedAt     *instant        `json:"invite_at"`
	RingingAt     *instant        `json:"ringing_at"`
	EarlyAt       *instant        `json:"early_at"`
	AnsweredAt    *instant        `json:"answered_at"`
	AckedAt       *instant        `json:"acked_at"`
	EndedAt       *instant        `json:"ended_at"`
	Ring          *int64          `json:"ring_ms"`     // from the first 180 to the answer or the end
	Duration      *int64          `json:"duration_ms"` // from the answer to the end
	Status        *int            `json:"sip_code"`
	Q850          *int            `json:"q850"`
	Cause         *string         `json:"cause"`
	HungUpBy      *string         `json:"hangup_by"`
	PeerSIP       *int            `json:"peer_sip"`
	PeerText      *string         `json:"peer_text"`
	Codec         *string         `json:"codec"`
	PacketTime    *int            `json:"ptime_ms"`
	RTPLocal      *netip.AddrPort `json:"rtp_local"`
	RTPRemoteSDP  *netip.AddrPort `json:"rtp_remote_sdp"`
	RTPRemoteSeen *netip.AddrPort `json:"rtp_remote_seen"`
	Sent          sent            `json:"tx"`
	Received      received        `json:"rx"`
	RoundTrip     *float64        `json:"rtt_ms"`
	Quality       quality         `json:"quality"`
	Remote        remote          `json:"remote"`
	MOS           *float64        `json:"mos"`
	RFactor       *float64        `json:"r_factor"`
	DTMF          []digit         `json:"dtmf"` // nil: nobody listened for any
	Audio         *string         `json:"audio"`
	Diagnosis     []string        `json:"diagnosis"`
	Version       *string         `json:"version"`
}

// sent is the audio that went to the caller.
type sent struct {
	Packets uint64   `json:"packets"`
	Bytes   uint64   `json:"bytes"` // RTP payload octets
	Skipped uint64   `json:"skipped"`
	LateMax *float64 `json:"late_max_ms"`
}

// received is the audio that came from the caller.
type received struct {
	Packets     uint64   `json:"packets"`
	Bytes       uint64   `json:"bytes"` // RTP payload octets
	Lost        *uint64  `json:"lost"`
	LossPercent *float64 `json:"loss_pct"`
	Duplicates  *uint64  `json:"dup"`
	Reordered   *uint64  `json:"reordered"`
	Late        *uint64  `json:"late"`
	Sources     *uint64  `json:"ssrc_changes"`
	Jitter      *float64 `json:"jitter_ms"`
	JitterMax   *float64 `json:"jitter_max_ms"`
}

// newLine says what is known of a call.
func newLine(r calls.Record, about About) line {
	number, _ := r.Cause.Q850()
	number = cmp.Or(r.Reason.Q850, number) // the caller knows better why it left
	l := line{
		ID:            known(string(r.ID)),
		CallID:        known(r.Party.CallID),
		From:          known(r.Party.From),
		To:            known(r.Party.To),
		RequestURI:    known(r.Party.RequestURI),
		Source:        known(r.Party.Source),
		Transport:     known(r.Party.Transport),
		UserAgent:     known(r.Party.UserAgent),
		InvitedAt:     at(r.InvitedAt),
		RingingAt:     at(r.RingingAt),
		EarlyAt:       at(r.EarlyAt),
		AnsweredAt:    at(r.AnsweredAt),
		AckedAt:       at(r.AckedAt),
		EndedAt:       at(r.EndedAt),
		Ring:          between(r.RingingAt, r.AnsweredAt),
		Duration:      between(r.AnsweredAt, r.EndedAt),
		Status:        known(r.Status),
		Q850:          known(number),
		Cause:         known(string(r.Cause)),
		HungUpBy:      known(string(r.HungUpBy)),
		PeerSIP:       known(r.Reason.SIP),
		PeerText:      known(r.Reason.Text),
		Codec:         known(r.Media.Codec),
		RTPLocal:      known(r.Media.Local),
		RTPRemoteSDP:  known(r.Media.RemoteSDP),
		RTPRemoteSeen: known(r.Media.RemoteSeen),
		Sent:          newSent(r.Media.Sent),
		Received:      newReceived(r.Media.Received),
		RoundTrip:     inMilliseconds(r.Media.RoundTrip),
		Quality:       newQuality(r.Media.Quality),
		Remote:        newRemote(r.Media.Remote),
		MOS:           decimals(r.Media.Quality.MOS),
		RFactor:       decimals(r.Media.Quality.R),
		DTMF:          newDigits(r.Digits),
		Audio:         known(r.Media.Audio),
		Version:       known(about.Version),
	}
	if r.AnsweredAt.IsZero() {
		l.Ring = between(r.RingingAt, r.EndedAt)
	}
	if r.Media.Codec != "" {
		l.PacketTime = known(packetTime)
	}
	return l
}

func newSent(s calls.Sent) sent {
	l := sent{Packets: s.Packets, Bytes: s.Bytes, Skipped: s.Skipped}
	if s.Packets > 0 {
		l.LateMax = milliseconds(s.LateMax)
	}
	return l
}

// newReceived leaves out what no packet has told.
func newReceived(r calls.Received) received {
	l := received{Packets: r.Packets, Bytes: r.Bytes}
	if r.Packets == 0 || r.Expected == 0 {
		return l
	}
	share := percent(float64(r.Lost) / float64(r.Expected))
	l.Lost, l.LossPercent, l.Jitter = &r.Lost, &share, milliseconds(r.Jitter)
	l.Duplicates, l.Reordered, l.Late, l.Sources = &r.Duplicated, &r.Reordered, &r.Late, &r.Sources
	l.JitterMax = milliseconds(r.JitterMax)
	return l
}

// instant is a time that is written in UTC with milliseconds (RFC 3339).
type instant time.Time

// MarshalText writes the time.
func (t instant) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

func at(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instant(t)
	return &i
}

// between is a time span in whole milliseconds, nil when one end is missing.
func between(from, to time.Time) *int64 {
	if from.IsZero() || to.IsZero() {
		return nil
	}
	span := to.Sub(from).Milliseconds()
	return &span
}

// known is a pointer to the value, nil when it is the zero value.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func milliseconds(d time.Duration) *float64 {
	ms := rounded(float64(d) / float64(time.Millisecond))
	return &ms
}

// rounded keeps three decimals.
func rounded(x float64) float64 { return math.Round(1000*x) / 1000 }

// marshal writes the line with its end. Characters of HTML stay as they are:
// addresses of SIP are full of them.
func (l line) marshal(b *bytes.Buffer) error {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(l)
}
