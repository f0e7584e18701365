package flows

// owned is the silence while a person answers, or is waited for.
func (t *turn) owned() bool {
	switch t.in.Owner {
	case OwnerAgent:
		t.out.Silence = "a person answers this conversation"
		return true
	case OwnerQueue:
		if t.in.Kind == InputResume {
			return false
		}
		if t.wantsMenu() {
			t.effect(Reclaim{})
			t.mainMenu("asked for the menu while waiting")
			return true
		}
		t.out.Silence = "kept for the desk: a person was asked for"
		return true
	default:
		return false
	}
}

func (t *turn) wantsMenu() bool {
	if t.in.Kind == InputChoice {
		scope, value := splitPayload(t.in.Payload)
		return scope == payloadMenu || scope == payloadCommand && value == commandMenu
	}
	return t.in.Kind == InputText && t.wholeCommand() == commandMenu
}

// wake says when an open question is followed up.
func (t *turn) wake() {
	waiting := t.in.Owner == OwnerBot || t.in.Owner == "" || t.reclaimed()
	if t.out.End || t.handed || t.s.Flow == "" || t.in.Muted || !waiting {
		return
	}
	switch {
	case !t.s.Reminded && t.c.remind > 0:
		t.out.Wake, t.out.WakeWith = t.c.remind, InputRemind
	case t.s.Reminded && t.c.expire > t.c.remind:
		t.out.Wake, t.out.WakeWith = t.c.expire-t.c.remind, InputExpire
	case t.c.expire > 0:
		t.out.Wake, t.out.WakeWith = t.c.expire, InputExpire
	}
}

func (t *turn) reclaimed() bool {
	for _, e := range t.out.Effects {
		if _, ok := e.(Reclaim); ok {
			return true
		}
	}
	return false
}
