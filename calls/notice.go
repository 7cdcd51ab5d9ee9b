package calls

import "time"

// Notice is what a call tells its observers. The set is closed. Notices may be
// lost on the way to a slow observer; what must not be lost is in the [Record].
type Notice interface{ notice() }

type (
	// Incoming says that a call was admitted.
	Incoming struct {
		At    time.Time
		ID    ID
		Party Party
	}
	// Transition says that the state machine of a call moved.
	Transition struct {
		At       time.Time
		ID       ID
		From, To State
		Event    string
		InState  time.Duration // how long the call was in From
	}
	// Late says that an event came that means nothing in this state.
	Late struct {
		At    time.Time
		ID    ID
		State State
		Event string
	}
	// Early says that the caller hears audio before the answer.
	Early struct {
		At    time.Time
		ID    ID
		Media MediaStats // addresses and codec; nothing is counted yet
	}
	// Answered says that the caller acknowledged the answer and hears audio now.
	Answered struct {
		At    time.Time
		ID    ID
		Media MediaStats // addresses and codec; nothing is counted yet
	}
	// Dialled says that the caller has sent a digit.
	Dialled struct {
		At    time.Time
		ID    ID
		Digit Digit
	}
	// OneWayAudio says that the caller is sent audio and none has come from it.
	OneWayAudio struct {
		At   time.Time
		ID   ID
		Live Live
	}
	// Fault says that something went wrong that the call survives.
	Fault struct {
		At    time.Time
		ID    ID
		Doing string
		Err   error
	}
)

func (Incoming) notice()    {}
func (Transition) notice()  {}
func (Late) notice()        {}
func (Early) notice()       {}
func (Answered) notice()    {}
func (OneWayAudio) notice() {}
func (Dialled) notice()     {}
func (Fault) notice()       {}
