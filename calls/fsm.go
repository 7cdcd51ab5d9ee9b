package calls

import (
	"context"
	"fmt"
	"slices"

	"github.com/looplab/fsm"
)

// State is where a call stands.
type State string

// The states of a call, and what the caller can expect in each.
const (
	// Ringing has sent 180, or 183 with early media; no final response yet.
	Ringing State = "Ringing"
	// Answering has sent 200 and repeats it; no audio flows before the ACK.
	Answering State = "Answering"
	// Playing sends audio.
	Playing State = "Playing"
	// HangingUp has stopped the audio and sent BYE; its answer is awaited.
	HangingUp State = "HangingUp"
	// Done has ended the dialog. Nothing more comes.
	Done State = "Done"
)

// states lists the states in the order of a call.
var states = []State{Ringing, Answering, Playing, HangingUp, Done}

// trigger is the name of an event in the table.
type trigger string

const (
	onAnswer         trigger = "answer"
	onReject         trigger = "reject"
	onCancel         trigger = "cancel"
	onBye            trigger = "bye"
	onRingTimeout    trigger = "ring_timeout"
	onHangup         trigger = "hangup"
	onShutdown       trigger = "shutdown"
	onAck            trigger = "ack"
	onAnswerFailed   trigger = "answer_failed"
	onAckTimeout     trigger = "ack_timeout"
	onPlayed         trigger = "played"
	onMediaFailed    trigger = "media_failed"
	onMediaTimeout   trigger = "media_timeout"
	onOneWay         trigger = "one_way"
	onMaxDuration    trigger = "max_duration"
	onByeAnswered    trigger = "bye_answered"
	onHangupTimeout  trigger = "hangup_timeout"
	onPrack          trigger = "prack"
	onPrackTimeout   trigger = "prack_timeout"
	onRingOver       trigger = "ring_over"
	onSessionExpired trigger = "session_expired"
	onReoffer        trigger = "reoffer"
	onReanswer       trigger = "reanswer"
	onDigit          trigger = "digit"
	onHangupKey      trigger = "hangup_key"
)

// row is one line of the table: in state from, the event on leads to state to,
// and the actor then does do.
type row struct {
	from State
	on   trigger
	to   State
	do   func(*Call, Event)
	says string // the last column of the table
}

// table is the whole life of a call.
var table = []row{
	{Ringing, onAnswer, Answering, (*Call).answer, "200 sent; the leg repeats it until the ACK"},
	{Ringing, onReject, Done, (*Call).reject, "488, 503 or 500"},
	{Ringing, onCancel, Done, (*Call).cancelled, "the leg has answered 487"},
	{Ringing, onBye, Done, (*Call).earlyBye, "487"},
	{Ringing, onRingTimeout, Done, (*Call).unanswered, "behavior.ring_timeout_status"},
	{Ringing, onPrackTimeout, Done, (*Call).notPracked, "the leg has answered 504, 64·T1 after a reliable 18x"},
	{Ringing, onMediaFailed, Done, (*Call).earlyFailed, "500; the early media stopped"},
	{Ringing, onHangup, Done, (*Call).unanswered, "480"},
	{Ringing, onShutdown, Done, (*Call).unanswered, "503"},

	{Answering, onAck, Playing, (*Call).play, "sender started"},
	{Answering, onAnswerFailed, Done, (*Call).answerFailed, "the 200 lost its race with a CANCEL: the 487 stands"},
	{Answering, onMediaFailed, HangingUp, (*Call).hangUp, "early media stopped, BYE"},
	{Answering, onAckTimeout, HangingUp, (*Call).hangUp, "BYE, 64·T1 after the 200"},
	{Answering, onHangup, HangingUp, (*Call).hangUp, "BYE"},
	{Answering, onShutdown, HangingUp, (*Call).hangUp, "BYE"},
	{Answering, onBye, Done, (*Call).callerHungUp, "200 to the BYE, which overtook the ACK"},

	{Playing, onPlayed, HangingUp, (*Call).hangUp, "media stopped, BYE"},
	{Playing, onMediaFailed, HangingUp, (*Call).hangUp, "media stopped, BYE"},
	{Playing, onMediaTimeout, HangingUp, (*Call).hangUp, "media stopped, BYE; nothing came from the caller for media.timeout_seconds"},
	{Playing, onMaxDuration, HangingUp, (*Call).hangUp, "media stopped, BYE"},
	{Playing, onAckTimeout, HangingUp, (*Call).hangUp, "media stopped, BYE, 64·T1 after the 200 to a re-INVITE"},
	{Playing, onSessionExpired, HangingUp, (*Call).hangUp, "media stopped, BYE; the session was not refreshed"},
	{Playing, onHangup, HangingUp, (*Call).hangUp, "media stopped, BYE"},
	{Playing, onHangupKey, HangingUp, (*Call).hangUp, "media stopped, BYE; dtmf.hangup was pressed"},
	{Playing, onShutdown, HangingUp, (*Call).hangUp, "media stopped, BYE"},
	{Playing, onBye, Done, (*Call).callerHungUp, "200 to the BYE, media stopped"},

	{HangingUp, onByeAnswered, Done, (*Call).nothing, "the BYE has its answer"},
	{HangingUp, onHangupTimeout, Done, (*Call).nothing, "4 s without one; the BYE goes on by itself"},
	{HangingUp, onBye, Done, (*Call).nothing, "200 to the BYE, which crossed ours"},
}

// within is what is handled inside a state and moves nothing.
var within = []row{
	{Ringing, onRingOver, Ringing, (*Call).ringOver, "answer, once the caller has the session description of a reliable 18x"},
	{Ringing, onPrack, Ringing, (*Call).pracked, "early media started; the answer to our offer taken"},
	{Ringing, onReoffer, Ringing, (*Call).renegotiate, "early UPDATE or PRACK: answered, or refused and the session as it was"},
	{Answering, onReoffer, Answering, (*Call).refuseChange, "500, Retry-After"},
	{HangingUp, onReoffer, HangingUp, (*Call).refuseChange, "500, Retry-After"},
	{Playing, onReoffer, Playing, (*Call).renegotiate, "answered, or refused and the session as it was"},
	{Playing, onOneWay, Playing, (*Call).oneWay, "a notice: audio sent for 3 s, none received"},
	{Playing, onReanswer, Playing, (*Call).reanswered, "the answer in the ACK of a re-INVITE without an offer"},
	{Ringing, onDigit, Ringing, (*Call).pressed, "noted"},
	{Answering, onDigit, Answering, (*Call).pressed, "noted"},
	{Playing, onDigit, Playing, (*Call).acted, "noted; dtmf.hangup leads to hangup_key, dtmf.restart plays from the beginning"},
	{HangingUp, onDigit, HangingUp, (*Call).pressed, "noted"},
}

// transitions is the table in the form of the FSM library, actions is what the
// actor does after each, and stays what it does without one. They are built once
// and shared by all calls.
var (
	transitions fsm.Events
	actions     = make(map[situation]func(*Call, Event))
	stays       = make(map[situation]func(*Call, Event))
)

type situation struct {
	in State
	on trigger
}

// init, and not an initialiser: the actions themselves fire further events.
func init() {
	for _, r := range table {
		transitions = append(transitions, fsm.EventDesc{Name: string(r.on), Src: []string{string(r.from)}, Dst: string(r.to)})
		actions[situation{r.from, r.on}] = r.do
	}
	for _, r := range within {
		stays[situation{r.from, r.on}] = r.do
	}
}

func newMachine() *fsm.FSM {
	return fsm.NewFSM(string(Ringing), transitions, fsm.Callbacks{})
}

// fire moves the machine and reports whether the table has the event in this
// state. It is the only place that calls Event, and always with a context that
// cannot be cancelled: a cancelled one would wedge the machine for ever.
func (c *Call) fire(on trigger) bool {
	return c.machine.Event(context.Background(), string(on)) == nil
}

// state is where the call stands.
func (c *Call) state() State { return State(c.machine.Current()) }

// Diagram formats.
const (
	Mermaid = "mermaid" // a Mermaid state diagram
	Dot     = "dot"     // Graphviz
	Table   = "table"   // a Markdown table with what each transition does
)

// Diagram draws the state machine of a call in the given format.
func Diagram(format string) (string, error) {
	switch format {
	case Mermaid:
		return fsm.VisualizeWithType(newMachine(), fsm.MermaidStateDiagram)
	case Dot:
		return fsm.Visualize(newMachine()), nil
	case Table:
		return diagramTable(), nil
	}
	return "", fmt.Errorf("calls: no diagram format %q; it is one of %s, %s, %s", format, Mermaid, Dot, Table)
}

func diagramTable() string {
	text := "| from | event | to | on the way |\n|---|---|---|---|\n"
	for _, r := range slices.Concat(table, within) {
		text += fmt.Sprintf("| %s | %s | %s | %s |\n", r.from, r.on, r.to, r.says)
	}
	return text
}
