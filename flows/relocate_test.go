package flows

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRelocateFromAnywhere moves people out of random dialogues to any step that
// takes them, and to the menu: they stand there, are asked, and can go on.
func TestRelocateFromAnywhere(t *testing.T) {
	c := shipped(t)
	newer := c.WithVersion(2)
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t, c)
		d.face = faces[rapid.SampledFrom([]string{"sms", "messenger"}).Draw(rt, "face")]
		for range rapid.IntRange(1, 8).Draw(rt, "length") {
			d.owner = OwnerBot
			d.at = d.at.Add(time.Minute)
			d.step(typed(rapid.SampledFrom(sayings).Draw(rt, "saying")))
		}
		s := d.last.Session
		if s.Flow == "" {
			return
		}
		in := Input{At: d.at.Add(time.Minute), Face: d.face, Owner: OwnerBot}
		states := newer.Relocations(s.Flow)
		to := rapid.SampledFrom(append(states, "")).Draw(rt, "to")
		turn, err := d.relocate(newer, s, in, to)
		if err != nil {
			rt.Fatal(err)
		}
		checkTurn(t, turn)
		if turn.Session.State != to || (to == "") != (turn.Session.Flow == "") || len(turn.Messages) == 0 || len(turn.Effects) != 0 {
			rt.Fatalf("moved to %q it stands at %q and says %d", to, turn.Session.State, len(turn.Messages))
		}
		if again, err := DecodeSession(turn.Session.AppendJSON(nil)); err != nil || again.State != to {
			rt.Fatal(err)
		}
		in.Owner = OwnerQueue
		if turn, err = d.relocate(newer, s, in, to); err != nil || len(turn.Messages) != 0 || turn.Session.State != to {
			rt.Fatalf("the bot speaks while a person is waited for: %v", err)
		}
		if _, err := d.relocate(newer, s, in, "nowhere"); !errors.Is(err, ErrPlace) {
			rt.Fatalf("moved to nowhere: %v", err)
		}
	})
}

// relocate answers the look-ups of Relocate as step does those of Step.
func (d *desk) relocate(c *Catalog, s Session, in Input, to string) (Turn, error) {
	for {
		turn, err := c.Relocate(s, in, to)
		if err != nil || len(turn.Lookups) == 0 {
			return turn, err
		}
		for _, l := range turn.Lookups {
			d.answer(&in.Found, l)
		}
	}
}
