package engine

import "pickup/calls"

// Diagram draws the state machine of a call as "mermaid", "dot" or "table".
func Diagram(format string) (string, error) { return calls.Diagram(format) }
