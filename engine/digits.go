package engine

import (
	"time"

	"pickup/calls"
	"pickup/codec"
	"pickup/config"
	"pickup/dsp"
	"pickup/transport/rtp"
)

// listen has the session tell the call of digits, as configured and agreed on.
func (m *media) listen() {
	if !m.engine.config.Media.EnableDTMF {
		return
	}
	bus, id := m.engine.bus, m.id
	digits := rtp.Digits{Tell: func(d rtp.Digit) {
		method := calls.ByRTP
		if d.Inband {
			method = calls.ByInband
		}
		// Refused when too many wait or the call is over; either way it is lost.
		bus.post(id, calls.Pressed{Digit: calls.Digit{Key: d.Key, Method: method, Duration: d.Length}})
	}}
	if m.agreed.HasTelephoneEvent {
		digits.Events = m.eventTypes()
	}
	if table := m.inbandTable(); table != nil {
		if m.inband == nil || m.inband.table != table {
			m.inband = &inband{table: table}
		}
		digits.Tones, digits.Audio = m.inband, m.agreed.Codec.PayloadType
	}
	m.session.SetDigits(digits)
}

// eventTypes are the payload types by which telephone events may come: the one that the
// peer names and, where the offer was ours and the peer names another, the one that we
// do. RFC 3264 section 6.1 has the peer use ours, and not every peer does.
func (m *media) eventTypes() []uint8 {
	types := []uint8{m.agreed.TelephoneEvent}
	if own := telephoneEvent; own != types[0] && own != m.agreed.Codec.PayloadType {
		types = append(types, own)
	}
	return types
}

// telephoneEvent is the payload type of our offers, as in package sdp.
const telephoneEvent uint8 = 101

// inbandTable decodes the audio that is to be searched for digits; nil: none is. G.722 is
// left out, as its decoder would cost more than the search, and who speaks it knows
// telephone-event.
func (m *media) inbandTable() *samples {
	switch mode := m.engine.config.DTMF.Inband; {
	case mode == config.InbandNever, mode == config.InbandAuto && m.agreed.HasTelephoneEvent:
		return nil
	}
	switch m.agreed.Codec.Name {
	case codec.PCMU.Name:
		return muLaw
	case codec.PCMA.Name:
		return aLaw
	}
	return nil
}

// samples is the sample of each code of a law, with full scale at ±1.
type samples [256]float64

var muLaw, aLaw = decoding(codec.DecodeMuLaw), decoding(codec.DecodeALaw)

func decoding(law func(byte) int16) *samples {
	table := &samples{}
	for code := range table {
		table[code] = float64(law(byte(code))) / 32768
	}
	return table
}

// inband searches G.711 for digits.
type inband struct {
	table    *samples
	detector dsp.DTMF
}

var _ rtp.Tones = (*inband)(nil)

// Hear takes the payload of a packet.
func (i *inband) Hear(payload []byte) {
	var x [160]float64
	for len(payload) > 0 {
		n := min(len(x), len(payload))
		for j, code := range payload[:n] {
			x[j] = i.table[code]
		}
		i.detector.Process(x[:n])
		payload = payload[n:]
	}
}

// Miss takes lost samples for silence.
func (i *inband) Miss(n int) { i.detector.Silence(n) }

// Next gives the next digit.
func (i *inband) Next() (key byte, length time.Duration, ok bool) {
	digit, ok := i.detector.Next()
	return digit.Key, time.Duration(digit.Samples) * time.Second / 8000, ok
}
