package rtp

import (
	"encoding/binary"
	"math"
	"time"
)

// The extended report and its block of VoIP metrics (RFC 3611 sections 2 and 4.7).
const (
	typeExtended  = 207
	blockHeader   = 4
	voipBlock     = 7
	voipWords     = 8
	voipSize      = blockHeader + 4*voipWords
	extendedSize  = reporterSize + voipSize
	notAvailable  = 127 // of levels, ratings and scores
	fixedPlayout  = 2 << 4
	voipLevelMin  = -127
	voipLevelMax  = 126
	fractionUnits = 256
	padded        = 1 << 5 // in the first octet of an RTCP packet
)

// VoIPMetrics is what a receiver says in an extended report (RFC 3611 section 4.7)
// about a stream. Shares are from 0 to 1. A field that has a Has is not known without
// it.
type VoIPMetrics struct {
	Loss, Discarded          float64 // shares of all packets: lost, and too late or too early
	BurstDensity, GapDensity float64
	BurstLength, GapLength   time.Duration
	RoundTrip, EndSystem     time.Duration // 0 when not measured
	Level, Noise             int           // dBm0
	HasLevel, HasNoise       bool
	R                        int // of one network segment, from 0 to 100
	HasR                     bool
	Listening, Conversation  float64 // MOS-LQ and MOS-CQ, from 1 to 5
	HasListening             bool
	HasConversation          bool
	Playout, PlayoutMax      time.Duration // nominal and greatest delay of the jitter buffer
}

// appendExtended adds an extended report about the stream of the source about, with
// the one block.
func appendExtended(b []byte, ssrc, about uint32, m *VoIPMetrics) []byte {
	start := len(b)
	b = append(b, version, typeExtended, 0, 0)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = append(b, voipBlock, 0, 0, voipWords)
	b = binary.BigEndian.AppendUint32(b, about)
	b = append(b, fraction(m.Loss), fraction(m.Discarded), fraction(m.BurstDensity), fraction(m.GapDensity))
	for _, d := range [...]time.Duration{m.BurstLength, m.GapLength, m.RoundTrip, m.EndSystem} {
		b = appendMilliseconds(b, d)
	}
	b = append(b, level(m.Level, m.HasLevel), level(m.Noise, m.HasNoise))
	// Residual echo return loss is not known; Gmin is.
	b = append(b, notAvailable, gapMin)
	rating := byte(notAvailable)
	if m.HasR {
		rating = byte(min(max(m.R, 0), 100))
	}
	b = append(b, rating, notAvailable, score(m.Listening, m.HasListening), score(m.Conversation, m.HasConversation))
	// Concealment not specified; jitter buffer not adaptive.
	b = append(b, fixedPlayout, 0)
	b = appendMilliseconds(b, m.Playout)
	b = appendMilliseconds(b, m.PlayoutMax)
	b = appendMilliseconds(b, m.PlayoutMax)
	return sized(b, start)
}

func appendMilliseconds(b []byte, d time.Duration) []byte {
	return binary.BigEndian.AppendUint16(b, uint16(min(max(d.Milliseconds(), 0), math.MaxUint16)))
}

// fraction is a share in 256ths, the whole as 255.
func fraction(share float64) byte { return byte(min(max(share, 0)*fractionUnits, 255)) }

func level(value int, known bool) byte {
	if !known {
		return notAvailable
	}
	return byte(int8(min(max(value, voipLevelMin), voipLevelMax)))
}

// score is a MOS in tenths.
func score(value float64, known bool) byte {
	if !known {
		return notAvailable
	}
	return byte(math.Round(10 * min(max(value, 1), 5)))
}

// findVoIP looks for the block about the source own in an extended report and
// reports whether the sizes of its blocks fit.
func findVoIP(b []byte, own uint32) (m VoIPMetrics, found, ok bool) {
	if len(b) < reporterSize {
		return m, false, false
	}
	if b[0]&padded != 0 {
		padding := int(b[len(b)-1])
		if padding > len(b)-reporterSize {
			return m, false, false
		}
		b = b[:len(b)-padding]
	}
	for b = b[reporterSize:]; len(b) > 0; {
		if len(b) < blockHeader {
			return m, found, false
		}
		size := blockHeader + 4*int(binary.BigEndian.Uint16(b[2:]))
		if size > len(b) {
			return m, found, false
		}
		if b[0] == voipBlock && size == voipSize && binary.BigEndian.Uint32(b[blockHeader:]) == own {
			m, found = parseVoIP(b[blockHeader+4:voipSize]), true
		}
		b = b[size:]
	}
	return m, found, true
}

// parseVoIP reads the block from its first metric on.
func parseVoIP(b []byte) VoIPMetrics {
	share := func(at int) float64 { return float64(b[at]) / fractionUnits }
	milliseconds := func(at int) time.Duration {
		return time.Duration(binary.BigEndian.Uint16(b[at:])) * time.Millisecond
	}
	m := VoIPMetrics{
		Loss: share(0), Discarded: share(1), BurstDensity: share(2), GapDensity: share(3),
		BurstLength: milliseconds(4), GapLength: milliseconds(6), RoundTrip: milliseconds(8), EndSystem: milliseconds(10),
		Playout: milliseconds(22), PlayoutMax: milliseconds(24),
	}
	if b[12] != notAvailable {
		m.Level, m.HasLevel = int(int8(b[12])), true
	}
	if b[13] != notAvailable {
		m.Noise, m.HasNoise = int(int8(b[13])), true
	}
	// "Values other than 127 and the valid range defined above MUST NOT be sent and MUST
	// be ignored by the receiving system."
	if b[16] <= 100 {
		m.R, m.HasR = int(b[16]), true
	}
	if b[18] >= 10 && b[18] <= 50 {
		m.Listening, m.HasListening = float64(b[18])/10, true
	}
	if b[19] >= 10 && b[19] <= 50 {
		m.Conversation, m.HasConversation = float64(b[19])/10, true
	}
	return m
}
