package calls

import "time"

// What happens between the provisional response and the answer.

// ringOver answers, unless the caller may not have our session description yet.
func (c *Call) ringOver(Event) {
	if c.awaited {
		c.due = true
		return
	}
	c.handle(answerDue{})
}

// pracked goes on with what waited for the PRACK of our session description.
func (c *Call) pracked(e Event) {
	if !c.awaited {
		return
	}
	c.awaited = false
	if len(c.options.Offer) == 0 {
		if err := c.media.Accept(e.(Pracked).Answer); err != nil {
			c.handle(rejected{&RefusedError{Refusal: Refusal{Status: 488}, Cause: NotAcceptable, Err: err}})
			return
		}
		c.agreed = true
	}
	if c.options.EarlyMedia {
		c.playEarly()
	}
	if c.due {
		c.handle(answerDue{})
	}
}

// playEarly starts the audio of a call that rings.
func (c *Call) playEarly() {
	c.record.EarlyAt = time.Now()
	c.notify(Early{At: c.record.EarlyAt, ID: c.ID(), Media: c.media.PlayEarly()})
}

// notPracked notes that the leg has ended the call.
func (c *Call) notPracked(Event) {
	c.record.Status = 504
	c.ended(NoPRACK, Server)
}

// earlyFailed ends a call whose early media cannot go on.
func (c *Call) earlyFailed(e Event) {
	c.record.Fault = e.(MediaFailed).Err.Error()
	c.ended(MediaFault, Server)
	c.refuse(Refusal{Status: 500})
}
