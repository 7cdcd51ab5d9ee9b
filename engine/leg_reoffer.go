package engine

import (
	"errors"

	"pickup/calls"
)

var errNoReoffer = errors.New("engine: no change of the session is pending")

// Reply is never asked for: the leg refuses every change by itself.
func (l leg) Reply([]byte) error { return errNoReoffer }

// Refuse is never asked for: the leg refuses every change by itself.
func (l leg) Refuse(calls.Refusal) error { return errNoReoffer }
