package flows

// alarmed hears danger words anywhere: the desk sees an alert and the emergency
// line is all that is said.
func (t *turn) alarmed() bool {
	if t.in.Kind != InputText && t.in.Kind != InputPhotos || t.text == "" {
		return false
	}
	p := t.c.lists.danger.longest(t.tokens())
	if p == nil {
		return false
	}
	t.alarm(p.target, "danger: "+p.matched(t.tokens()))
	return true
}

// alarm says the emergency line and alerts the desk.
func (t *turn) alarm(danger int, why string) {
	t.keepDangerPhotos()
	t.effect(Alert{Reason: ReasonDanger})
	t.move(t.s.State, t.s.State, "", why)
	t.sayAs(Emergency, t.c.dangers[danger])
}

func (t *turn) keepDangerPhotos() {
	if t.in.Kind == InputPhotos && (t.in.Owner == OwnerBot || t.in.Owner == "") {
		t.keepPhotos(t.in.Photos)
	}
}
