package record

import (
	"time"

	"pickup/calls"
)

// digit is one DTMF digit of the caller.
type digit struct {
	Key      string       `json:"digit"`
	Method   calls.Method `json:"method"`
	Duration *int64       `json:"duration_ms"` // nil: the caller did not say
	At       *instant     `json:"at"`          // when it was over
}

// newDigits keeps the difference between no digit and nobody that listened for any.
func newDigits(list []calls.Digit) []digit {
	if list == nil {
		return nil
	}
	digits := make([]digit, len(list))
	for i, d := range list {
		digits[i] = digit{Key: string(d.Key), Method: d.Method, At: at(d.At)}
		if d.Duration > 0 {
			digits[i].Duration = known(d.Duration.Round(time.Millisecond).Milliseconds())
		}
	}
	return digits
}
