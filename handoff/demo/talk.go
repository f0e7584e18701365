package demo

import (
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
)

// How conversations go.
const (
	handedShare  = 0.09 // come to people
	handedLately = 0.40 // the same, in the last hour
	droppedShare = 0.30 // of those without a case: left half way
	photoShare   = 0.45 // of the cases: has a photo
	repeatedTry  = 5    // people tried who have no open conversation

	silence = 24 * time.Hour // after which a conversation closes
)

// thread is a conversation while it is made.
type thread struct {
	planned
	who    int
	p      person
	id     uuid.UUID
	ward   int
	seq    int64
	last   time.Time
	heard  time.Time
	state  string
	photo  uuid.UUID // the message that has it
	handed *time.Time
	with   agent
	taken  *time.Time
	closed *time.Time
}

// talk makes a conversation and what comes of it.
func (w *town) talk(plan planned) {
	t := &thread{planned: plan, id: w.id(plan.at), last: plan.at, heard: plan.at}
	for range repeatedTry {
		if t.who = w.random.IntN(len(w.people)); !w.open[t.who] {
			break
		}
	}
	if w.open[t.who] { // a small town: the next who is not talking already
		for i := range w.people {
			if !w.open[(t.who+i)%len(w.people)] {
				t.who = (t.who + i) % len(w.people)
				break
			}
		}
	}
	t.p = w.people[t.who]
	if t.ward = t.p.ward; w.chance(0.1) {
		t.ward = w.ward()
	}
	w.speak(t)
	share := handedShare
	if w.Until.Sub(t.at) < time.Hour {
		share = handedLately
	}
	if w.chance(share) && !w.open[t.who] {
		w.hand(t)
	}
	w.end(t)
	w.keep(t)
	if t.files {
		w.file(t)
	}
}

// say writes a message unless it would be in the future.
func (w *town) say(t *thread, author, text string, after time.Duration) uuid.UUID {
	at := t.last.Add(after)
	if at.After(w.Until) {
		return uuid.Nil
	}
	id, kind, direction, status := w.id(at), "text", "in", "delivered"
	var place, by any
	switch author {
	case "bot":
		kind, direction, status = "prompt", "out", "sent"
		if t.state != "" {
			place = t.service.ID + "." + t.state
		}
	case "agent":
		direction, status, by = "out", "sent", t.with.id
	default:
		t.heard = at
	}
	t.seq, t.last = t.seq+256, at
	w.rows.add("messages", id, t.id, t.seq, direction, author, by, t.p.channel, kind, text, status, at, place)
	if t.p.channel == "sms" && direction == "out" {
		w.pay(at, id, author, text)
	}
	w.done.Messages++
	return id
}

// speak is the dialogue with the bot.
func (w *town) speak(t *thread) {
	w.say(t, "contact", pick(w, openings(t.service)), 0)
	left := !t.files && w.chance(droppedShare)
	asked := 0
	for _, s := range t.service.States {
		if s.Kind != "ask" || asked == 4 {
			continue
		}
		asked++
		w.pass(t, t.state, s.Name, flows.PassOn)
		t.state = s.Name
		w.say(t, "bot", question(s, t.p.language), time.Second)
		if left && w.chance(0.5) {
			w.pass(t, t.state, "", flows.PassDropped)
			return
		}
		id := w.say(t, "contact", pick(w, replies), w.between(5*time.Second, 90*time.Second))
		if asked == 3 {
			t.photo = id
		}
	}
	way := flows.PassOn
	if left {
		way = flows.PassDropped
	}
	if t.state != "" {
		w.pass(t, t.state, "", way)
	}
	if !left {
		t.state = ""
		w.say(t, "bot", "ধন্যবাদ। আপনার কথা লেখা হয়েছে।", time.Second)
	}
}

// question is what a state asks, as far as it says something by itself.
func question(s flows.StateOutline, lang string) string {
	if text := s.Text[lang]; text != "" {
		return text
	}
	return "একটু বিস্তারিত লিখুন।"
}

// hand passes a conversation to people, who take it and answer.
func (w *town) hand(t *thread) {
	if t.last.After(w.Until) {
		return
	}
	at := t.last.Add(time.Second)
	if at.After(w.Until) {
		return
	}
	t.handed, t.last = &at, at
	team := t.service.Team
	w.rows.add("conversation_log", w.id(at), t.id, at, "queued", nil, team, "asked", nil)
	t.with = w.of(team)
	taken := at.Add(w.between(20*time.Second, 14*time.Minute))
	if taken.After(w.Until) {
		return
	}
	t.taken, t.last = &taken, taken
	w.rows.add("conversation_log", w.id(taken), t.id, taken, "taken", t.with.id, team, "", at)
	for range 1 + w.random.IntN(3) {
		w.say(t, "agent", pick(w, answers), w.between(20*time.Second, 3*time.Minute))
		w.say(t, "contact", pick(w, replies), w.between(20*time.Second, 4*time.Minute))
	}
}

// end closes a conversation: at the dialogue's end, or after a day's silence.
func (w *town) end(t *thread) {
	closes := t.last.Add(time.Second)
	switch {
	case t.handed != nil:
		closes = t.last.Add(10 * time.Minute)
	case t.state != "":
		closes = t.last.Add(silence)
	}
	if closes.Before(w.Until) && (t.handed == nil || t.taken != nil) {
		t.closed = &closes
	}
	if t.closed == nil && w.open[t.who] { // everybody is talking: this one is over at once
		t.closed = &t.last
	}
}

// keep writes the conversation's row.
func (w *town) keep(t *thread) {
	owner, team, reason := flows.OwnerBot, "", ""
	var queued, with, agentAt any
	if t.handed != nil {
		team, reason = t.service.Team, "asked"
	}
	switch {
	case t.handed != nil && t.taken == nil:
		owner, queued = flows.OwnerQueue, *t.handed
	case t.taken != nil && t.closed == nil:
		owner, with, agentAt = flows.OwnerAgent, t.with.id, t.last
	}
	if t.closed == nil {
		w.open[t.who] = true
	}
	w.rows.add("conversations", t.id, t.p.identity, t.p.contact, t.p.channel, t.seq/256, string(owner), with, team, reason, queued, t.service.ID, t.state,
		t.p.language, t.ward, "{}", t.at, t.heard, t.last, t.closed, t.handed, agentAt)
}
