package flows

// Passage is one step of a person through a service, or an answer of theirs
// that was not understood: what is counted of what happens in a flow.
type Passage struct {
	Version  int64  // of the catalogue
	Language string // what the person is answered in
	Flow     string // empty: at the menu
	From     string // empty: the service was entered
	To       string // empty: it was left
	Way      Passing
}

// Passing is how somebody passed.
type Passing string

// The ways. Whoever stands at a state has come there once more than they have
// left it, however they came and went.
const (
	PassOn      Passing = "on"      // to the next state, into the service, or through it to its end
	PassDropped Passing = "dropped" // out of the service half-way: by silence, by a word, for another service
	PassCarried Passing = "carried" // to another version, or to the same question in another language
	PassMissed  Passing = "missed"  // nowhere: what was said at From was not understood
)

// stand is where somebody is in a service.
type stand struct {
	version               int64
	language, flow, state string
}

// Passages are the steps of a turn, from where the session was to where it is.
// was is the zero Session when the conversation before it is over, and ends
// says that this one is now: then nobody is left inside.
func (o *Turn) Passages(c *Catalog, was Session, ends bool) []Passage {
	here, now := c.standOf(was), c.standOf(o.Session)
	if ends {
		now = stand{}
	}
	if len(o.Moves) == 0 && here == now && !o.Missed {
		return nil
	}
	p := walker{here: here, list: make([]Passage, 0, len(o.Moves)+2)}
	if o.Missed {
		p.missed(c, o.Session.Language)
	}
	at := stand{version: c.version, language: c.spoken(o.Session.Language)}
	for i := range o.Moves {
		m := &o.Moves[i]
		if m.Flow == "" {
			continue
		}
		to := stand{}
		if m.To != "" {
			to = at
			to.flow, to.state = m.Flow, m.To
		}
		p.pass(to, m.Done)
	}
	p.pass(now, false)
	return p.list
}

// standOf is where a session stands.
func (c *Catalog) standOf(s Session) stand {
	if s.Flow == "" {
		return stand{}
	}
	return stand{s.Catalog, c.spoken(s.Language), s.Flow, s.State}
}

// spoken is the language a session is answered in.
func (c *Catalog) spoken(language string) string {
	if language == "" {
		return c.codes[0]
	}
	return language
}

// walker walks along a turn.
type walker struct {
	here stand
	list []Passage
}

// missed notes an answer that was not understood where the turn began.
func (p *walker) missed(c *Catalog, language string) {
	m := Passage{Version: p.here.version, Language: p.here.language, Flow: p.here.flow, From: p.here.state, Way: PassMissed}
	if p.here.flow == "" {
		m.Version, m.Language = c.version, c.spoken(language)
	}
	p.list = append(p.list, m)
}

// pass goes to a place; the zero one is outside of all services.
func (p *walker) pass(to stand, done bool) {
	from := p.here
	p.here = to
	in, out := to.flow != "", from.flow != ""
	same := from.version == to.version && from.language == to.language
	switch {
	case from == to:
	case in && out && same && from.flow == to.flow:
		p.list = append(p.list, Passage{from.version, from.language, from.flow, from.state, to.state, PassOn})
	case in && out && !same && from.flow == to.flow:
		p.list = append(p.list, from.leaves(PassCarried), to.comes(PassCarried))
	default:
		if out && done {
			p.list = append(p.list, from.leaves(PassOn))
		} else if out {
			p.list = append(p.list, from.leaves(PassDropped))
		}
		if in {
			p.list = append(p.list, to.comes(PassOn))
		}
	}
}

func (s stand) leaves(way Passing) Passage {
	return Passage{s.version, s.language, s.flow, s.state, "", way}
}

func (s stand) comes(way Passing) Passage {
	return Passage{s.version, s.language, s.flow, "", s.state, way}
}
