package bot

import (
	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// passages notes where the person came from and got to, and what they said that
// was not understood. A conversation that is over has nobody inside.
func (l *lane) passages(t *handoff.Turn, it *item, catalog *flows.Catalog, out *flows.Turn) {
	was := it.work.session
	if it.work.was.Closed {
		was = flows.Session{Language: was.Language}
	}
	t.Passed = out.Passages(catalog, was, t.Now.Closed)
	if out.Missed && kindOf(it.event, len(it.work.photos)) == "text" {
		t.Phrase.Shown, t.Phrase.Folded = bangla.Phrase(kept(it.event))
	}
}
