package flows

import "slices"

// alarmed hears danger words anywhere: the desk sees an alert and the emergency
// line is all that is said.
func (t *turn) alarmed() bool {
	if t.in.Kind != InputText && t.in.Kind != InputPhotos || t.text == "" {
		return false
	}
	if p := t.c.dangerIn(t.folded, t.tokens()); p != nil {
		t.alarm(p.target, "danger: "+p.matched(t.tokens()))
		return true
	}
	return t.f != nil && t.alarmedByExamples()
}

// alarmedByExamples hears danger without a word of it in a longer answer. At the menu every message is looked at so.
func (t *turn) alarmedByExamples() bool {
	if len(t.tokens()) < innerWords {
		return false
	}
	w := t.c.weigh(t.folded, t.tokens())
	i := t.c.likeDanger(&w, t.tokens())
	if i < 0 || w.alarm < innerShare {
		return false
	}
	t.alarm(i, "danger: "+t.c.why(&weighed{first: w.danger}, t.folded))
	return true
}

// A message of so many words that is so little like the examples of danger is none, although a word of danger is in it.
const (
	longMessage    = 8
	longestMessage = 40 // of more only the beginning is read
	coolShare      = 0.25
)

// hintShare is how much a message must be like the examples of danger when only a hint of it was found.
const hintShare = 0.3

// dangerIn is what in a message is danger, nil for none: words that are danger wherever they stand, or a hint of it in a
// sentence like those of danger. Words with a slip of the finger count as those they are like.
func (c *Catalog) dangerIn(folded string, message []token) *phrase {
	p := c.lists.danger.longest(message)
	if p == nil {
		if p = c.lists.danger.longest(c.mended(message)); p != nil && anyOf(p.unless, message) {
			p = nil
		}
	}
	if p != nil {
		if c.taught && len(message) >= longMessage && len(message) <= longestMessage && c.dangerShare(folded) < coolShare {
			return nil
		}
		return p
	}
	if p := c.lists.hints.longest(message); p != nil && c.dangerShare(folded) >= hintShare {
		return p
	}
	return nil
}

// leastMended is the shortest key of a word that is taken for a misspelt one here: shorter names of places are too near
// to other words.
const leastMended = 6

// mended is a message with its misspelt words as they are known from the examples, nil where there are none.
func (c *Catalog) mended(message []token) (list []token) {
	model := c.model()
	if model == nil {
		return nil
	}
	for i, t := range message {
		if t.script != 0 || len(t.text) < leastMended {
			continue
		}
		if known, ok := model.Near(t.text); ok {
			if list == nil {
				list = slices.Clone(message)
			}
			list[i].text = known
		}
	}
	return list
}

// dangerShare is how much a message is like the examples of danger: wholly, where there are no examples to tell it.
func (c *Catalog) dangerShare(folded string) (share float32) {
	model := c.model()
	if model == nil {
		return 1
	}
	for _, x := range model.Classify(folded).Ranked {
		if c.aims[x.Label].kind == aimDanger {
			share += x.Share
		}
	}
	return share
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
