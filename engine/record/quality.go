package record

import (
	"time"

	"pickup/calls"
)

// quality is what the caller's audio was like.
type quality struct {
	OneWay       *bool    `json:"one_way"`
	Bursts       *uint64  `json:"bursts"`
	BurstPercent *float64 `json:"burst_pct"`
	BurstLength  *float64 `json:"burst_ms"`
	GapPercent   *float64 `json:"gap_pct"`
	GapLength    *float64 `json:"gap_ms"`
	BurstRatio   *float64 `json:"burst_ratio"`
	Skew         *float64 `json:"skew_ppm"`
	Level        *float64 `json:"level_dbm0"`
	Silence      *float64 `json:"silence_pct"`
	Clipping     *float64 `json:"clipping_pct"`
	MOS          *float64 `json:"mos_lq"`
}

// remote is what the caller said of the audio that it received.
type remote struct {
	Lost        *int64   `json:"lost"`
	LossPercent *float64 `json:"interval_loss_pct"`
	Jitter      *float64 `json:"jitter_ms"`
	Extended    *metrics `json:"xr"`
}

// metrics is the VoIP metrics of the caller (RFC 3611 section 4.7).
type metrics struct {
	Loss         float64  `json:"loss_pct"`
	Discarded    float64  `json:"discard_pct"`
	BurstPercent float64  `json:"burst_pct"`
	BurstLength  *float64 `json:"burst_ms"`
	GapPercent   float64  `json:"gap_pct"`
	GapLength    *float64 `json:"gap_ms"`
	Level        *int     `json:"level_dbm0"`
	RFactor      *int     `json:"r_factor"`
	Listening    *float64 `json:"mos_lq"`
	Conversation *float64 `json:"mos_cq"`
}

func newQuality(q calls.Quality) quality {
	return quality{
		OneWay:       q.OneWay,
		Bursts:       q.Bursts,
		BurstPercent: inPercent(q.BurstDensity),
		BurstLength:  inMilliseconds(q.BurstLength),
		GapPercent:   inPercent(q.GapDensity),
		GapLength:    inMilliseconds(q.GapLength),
		BurstRatio:   decimals(q.BurstRatio),
		Skew:         decimals(q.Skew),
		Level:        decimals(q.Level),
		Silence:      inPercent(q.Silence),
		Clipping:     inPercent(q.Clipping),
		MOS:          decimals(q.ListeningMOS),
	}
}

func newRemote(r *calls.Remote) remote {
	if r == nil {
		return remote{}
	}
	l := remote{Lost: r.Lost, LossPercent: inPercent(r.FractionLost), Jitter: inMilliseconds(r.Jitter)}
	if m := r.Metrics; m != nil {
		l.Extended = &metrics{
			Loss:         percent(m.Loss),
			Discarded:    percent(m.Discarded),
			BurstPercent: percent(m.BurstDensity),
			BurstLength:  milliseconds(m.BurstLength),
			GapPercent:   percent(m.GapDensity),
			GapLength:    milliseconds(m.GapLength),
			Level:        m.Level,
			RFactor:      m.R,
			Listening:    m.ListeningMOS,
			Conversation: m.MOS,
		}
	}
	return l
}

func inMilliseconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	return milliseconds(*d)
}

func inPercent(share *float64) *float64 {
	if share == nil {
		return nil
	}
	p := percent(*share)
	return &p
}

// percent is a share of 1 in percent.
func percent(share float64) float64 { return rounded(100 * share) }

func decimals(x *float64) *float64 {
	if x == nil {
		return nil
	}
	r := rounded(*x)
	return &r
}
