package flows

// greet says who is speaking, at first contact.
func (t *turn) greet() {
	t.addLead(t.c.texts["welcome"])
	t.addLead(t.c.texts["privacy"])
	t.addLead(t.c.texts["language_hint"])
	t.flushLead()
}

// onStart answers an opened chat. A link may name the flow to begin.
func (t *turn) onStart() {
	f := t.c.byFlowID(t.in.Ref)
	switch {
	case f != nil && t.f != f:
		t.openFlow(f, "link to "+f.id)
	case t.f != nil:
		t.prompt()
	case t.s.Parked != nil:
		t.s.Ask = askResume
		t.promptAsk()
	default:
		t.mainMenu("opened the chat")
	}
}

// remind says once that the question still stands.
func (t *turn) remind() {
	if t.f == nil || t.s.Reminded || t.busy() {
		t.out.Silence = "no open question to remind of"
		return
	}
	t.s.Reminded = true
	t.say(t.c.texts["remind"])
}

// expire sets the dialogue aside; its answers are offered again.
func (t *turn) expire() {
	if t.busy() {
		t.out.Silence = "the conversation is with people"
		return
	}
	t.out.End = true
	if t.f == nil {
		t.s.Ask, t.s.Misses = "", 0
		t.out.Silence = "nothing was open"
		return
	}
	t.setAside("nothing was heard")
	if t.in.Muted {
		t.out.Silence = "the person has sent STOP"
		return
	}
	t.say(t.c.texts["timeout"])
}

func (t *turn) busy() bool { return t.in.Owner == OwnerAgent || t.in.Owner == OwnerQueue }

// resumed goes on when a person handed the conversation back.
func (t *turn) resumed() {
	switch t.in.Payload {
	case "end", ReleaseRate:
		t.endedByDesk()
	case "menu":
		t.addLead(t.c.texts["handed_back"])
		t.mainMenu("the desk handed back to the menu")
	default:
		t.addLead(t.c.texts["handed_back"])
		t.prompt()
	}
}
