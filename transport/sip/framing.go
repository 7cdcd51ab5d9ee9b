package sip

// framing cuts what comes by a connection into messages, and gives what is sent the
// form in which it is cut again. The goroutine that reads the connection owns it,
// except for wrap, which multiple goroutines may call.
type framing interface {
	add(p []byte)                        // appends what came
	started() bool                       // a part of a message is there
	pings() int                          // takes away what asks for a sign of life before the next message, and counts it
	next() (message []byte, err error)   // takes a whole message away, nil when there is none
	refused() (head []byte)              // the header section that the last error of next is about, if it is known
	resume() bool                        // goes on behind what the error was about; false when its end is not known
	wrap(p []byte) []byte                // as it is sent
	farewell(err error) (goodbye []byte) // what is said before the connection is closed because of the error, nil for none of the peer's
}
