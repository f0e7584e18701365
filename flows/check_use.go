package flows

// checkUse finds what is declared and never used, and texts that mention what
// is not known where they are said.
func (k *compiler) checkUse(f *flow, d *draftFlow) {
	used := make([]bool, len(f.slots))
	looksUp := false
	for i := range f.states {
		s := &f.states[i]
		if s.slot >= 0 && s.kind == stateAsk {
			used[s.slot] = true
		}
		for _, c := range s.computes {
			if c.slot >= 0 {
				used[c.slot] = true
			}
		}
		looksUp = looksUp || s.kind == stateLookup && !s.row
	}
	for i, ds := range d.slots {
		if !used[i] {
			k.warn(ds.name.position, "slot %q is never asked or computed", ds.name.text)
		}
		if ds.kind == SlotCode && !f.proves && !f.provesRow {
			k.fail(ds.name.position, "slot %q waits for a code and no `send_code` sends one", ds.name.text)
		}
		if ds.remember && !f.opens && !f.hands && !f.proves {
			k.warn(ds.name.position, "slot %q is remembered when a case is opened, people are called or a telephone is proven; this flow does none of it", ds.name.text)
		}
	}
	if !looksUp {
		k.checkLookupTexts(f, d)
	}
}

func (k *compiler) checkLookupTexts(f *flow, d *draftFlow) {
	for i := range f.states {
		t := f.states[i].text
		if t == nil {
			continue
		}
		for _, p := range t.forms[0].long.parts {
			switch p.fill {
			case fillStatus, fillDate, fillMine:
				k.fail(d.states[i].name.position, "the text of %q tells about a case, but no `lookup` finds one", d.states[i].name.text)
			}
		}
	}
}

// outline describes the flow for the diagram and the API.
func (k *compiler) outline(f *flow, d *draftFlow) Flow {
	o := Flow{ID: f.id, Title: k.byCode(f.title), Kind: f.kind, Team: f.team, Target: f.target, MeToo: f.meToo, AfterPhoto: d.after.line != 0, Register: f.register}
	for i := range f.slots {
		o.Slots = append(o.Slots, k.slotOutline(&f.slots[i]))
	}
	for i, ds := range d.states {
		s := &f.states[i]
		so := StateOutline{Name: s.name, Kind: string(s.kind), File: ds.name.file, Line: ds.name.line}
		if s.kind == stateAsk && s.slot >= 0 {
			so.Slot = f.slots[s.slot].name
		}
		so.Text = k.written(ds.text)
		o.States = append(o.States, so)
		for _, e := range s.edges {
			o.Transitions = append(o.Transitions, Transition{s.name, e.event, f.states[e.to].name})
		}
	}
	return o
}

func (k *compiler) slotOutline(s *slot) SlotOutline {
	o := SlotOutline{Name: s.name, Type: s.kind, Label: k.byCode(s.label), Optional: s.optional, Remember: s.remember}
	for _, c := range s.choices {
		if o.Choices == nil {
			o.Choices = map[string]map[string]string{}
		}
		o.Choices[c.id] = k.byCode(c.titles)
	}
	return o
}

func (k *compiler) byCode(labels []string) map[string]string {
	m := make(map[string]string, len(labels))
	for i, l := range labels {
		m[k.c.codes[i]] = l
	}
	return m
}

// written is a text as it stands in the file.
func (k *compiler) written(t draftText) map[string]string {
	if !t.given {
		return nil
	}
	if t.shared.text != "" {
		for _, n := range k.d.texts {
			if n.name.text == t.shared.text {
				return k.written(n.text)
			}
		}
		return nil
	}
	m := make(map[string]string, len(k.c.codes))
	for _, code := range k.c.codes {
		if w, ok := t.long[code]; ok {
			m[code] = w.text
		} else if t.plain {
			m[code] = t.long[""].text
		}
	}
	return m
}
