package handoff_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"nagorik/flows"
	"nagorik/handoff"
)

// waiting is a conversation in the queue.
type waiting struct {
	team, language string
	ward           *int
	urgent         bool
	since          time.Duration // how long it has waited
	promised       time.Duration // from now; 0: nothing is
}

func (r *record) wait(w waiting) uuid.UUID {
	r.t.Helper()
	id := r.conversation(r.person("Rahim", "", ""), talk{owner: "queue", team: w.team, ward: w.ward})
	now := r.clock.Now()
	var promised *time.Time
	if w.promised != 0 {
		promised = ptr(now.Add(w.promised))
	}
	r.exec(`UPDATE conversations SET language = $2, urgent = $3, queued_at = $4, promised_at = $5, reason = 'asked' WHERE id = $1`,
		id, w.language, w.urgent, now.Add(-w.since), promised)
	return id
}

// onDuty brings somebody to the desk.
func (r *record) onDuty(v handoff.Viewer, capacity int, languages ...string) handoff.Viewer {
	r.t.Helper()
	if _, err := r.GoOnDuty(r.t.Context(), v, handoff.Stated{Capacity: &capacity, Languages: languages}); err != nil {
		r.t.Fatal(err)
	}
	return v
}

// joins is what a citizen is told who has come to somebody.
func joins(_ handoff.Held, name string) []handoff.Reply {
	return []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Receipt, Text: "I am " + name}}
}

func (r *record) assign() []handoff.Held {
	r.t.Helper()
	given, err := r.AssignWaiting(r.t.Context(), 100, joins)
	if err != nil {
		r.t.Fatal(err)
	}
	return given
}

func (r *record) head(id uuid.UUID) handoff.Conversation {
	r.t.Helper()
	c, err := r.ConversationHead(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// owner is the agent a conversation has come to; nil while it waits.
func (r *record) owner(id uuid.UUID) uuid.UUID {
	if c := r.head(id); c.Owner == flows.OwnerAgent && c.Agent != nil {
		return c.Agent.ID
	}
	return uuid.Nil
}

func TestAssignmentFits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		teams, languages []string
		wards            []int
		waits            waiting
		fits             bool
	}{
		"all of everything":        {nil, nil, nil, waiting{team: "waste", ward: ptr(3), language: "bn"}, true},
		"the team":                 {[]string{"waste"}, nil, nil, waiting{team: "waste"}, true},
		"another team":             {[]string{"waste"}, nil, nil, waiting{team: "drainage"}, false},
		"no team is known":         {[]string{"waste"}, nil, nil, waiting{}, true},
		"the ward":                 {nil, nil, []int{3, 4}, waiting{ward: ptr(4)}, true},
		"another ward":             {nil, nil, []int{3, 4}, waiting{ward: ptr(5)}, false},
		"no ward is known":         {nil, nil, []int{3}, waiting{}, true},
		"the language":             {nil, []string{"bn", "en"}, nil, waiting{language: "en"}, true},
		"another language":         {nil, []string{"bn"}, nil, waiting{language: "en"}, false},
		"the team in another ward": {[]string{"waste"}, nil, []int{3}, waiting{team: "waste", ward: ptr(5)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecord(t)
			v := r.onDuty(r.agent("a@city.example", handoff.RoleAgent, c.teams, c.wards), 4, c.languages...)
			id := r.wait(c.waits)
			if r.assign(); (r.owner(id) == v.AgentID) != c.fits {
				t.Errorf("it is with %v", r.owner(id))
			}
		})
	}
}

func TestAssignmentGoesByTurn(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	busy := r.onDuty(r.agent("busy@city.example", handoff.RoleAgent, nil, nil), 3)
	free := r.onDuty(r.agent("free@city.example", handoff.RoleAgent, nil, nil), 2)
	off := r.onDuty(r.agent("off@city.example", handoff.RoleAgent, nil, nil), 9)
	if _, err := r.GoOffDuty(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	r.agent("never@city.example", handoff.RoleSupervisor, nil, nil)
	r.conversation(r.person("x", "", ""), talk{owner: "agent", agent: &busy.AgentID})
	young, old, urgent := r.wait(waiting{since: time.Minute}), r.wait(waiting{since: time.Hour}), r.wait(waiting{urgent: true})
	given := r.assign()
	var order []uuid.UUID
	for _, h := range given {
		order = append(order, h.Conversation)
	}
	if !slices.Equal(order, []uuid.UUID{urgent, old, young}) {
		t.Errorf("in the order %v", order)
	}
	// The urgent one goes to whoever has none; then both have one, and busy has
	// had nothing new for longer; then there is room with free alone who has one.
	if r.owner(urgent) != free.AgentID || r.owner(old) != busy.AgentID || r.owner(young) != free.AgentID {
		t.Errorf("urgent with %v, old with %v, young with %v", r.owner(urgent), r.owner(old), r.owner(young))
	}
	last, more := r.wait(waiting{}), r.wait(waiting{})
	if r.assign(); r.owner(last) != busy.AgentID || r.owner(more) != uuid.Nil {
		t.Errorf("the last room: %v, %v", r.owner(last), r.owner(more))
	}
	if n := r.count(`SELECT count(*) FROM conversation_log WHERE what = 'passed' AND to_agent IS NOT NULL AND agent_id IS NULL AND queued_at IS NOT NULL`); n != 4 {
		t.Errorf("%d lines in the log", n)
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE author = 'bot' AND status = 'queued' AND text LIKE 'I am Rahima %'`); n != 4 {
		t.Errorf("%d citizens were told who has joined", n)
	}
}

func TestNothingGoesToAScreenNobodyLooksAt(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	v := r.onDuty(r.agent("a@city.example", handoff.RoleAgent, nil, nil), 4)
	id := r.wait(waiting{})
	r.clock.Forward(16 * time.Minute)
	if r.assign(); r.owner(id) != uuid.Nil {
		t.Fatal("given to somebody who was not seen for 16 minutes")
	}
	if err := r.Seen(t.Context(), v.AgentID); err != nil {
		t.Fatal(err)
	}
	if r.assign(); r.owner(id) != v.AgentID {
		t.Error("not given to somebody who is there again")
	}
}

// TestManyAssignAtOnce lets several processes assign while agents take by hand:
// every conversation has one owner, within his scope, and nobody more than he
// stated.
func TestManyAssignAtOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const conversations, processes = 40, 4
	var staff []handoff.Viewer
	for i := range 6 {
		var teams []string
		if i%2 == 0 {
			teams = []string{"waste"}
		}
		staff = append(staff, r.onDuty(r.agent(fmt.Sprintf("a%d@city.example", i), handoff.RoleAgent, teams, nil), 1+i))
	}
	hands := r.agent("hands@city.example", handoff.RoleAgent, nil, nil)
	var ids []uuid.UUID
	for i := range conversations {
		ids = append(ids, r.wait(waiting{team: []string{"waste", "drainage"}[i%2], since: time.Duration(i) * time.Minute}))
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	given := map[uuid.UUID]int{}
	for range processes {
		all.Go(func() {
			held, err := r.AssignWaiting(t.Context(), conversations, joins)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, h := range held {
				given[h.Conversation]++
			}
		})
	}
	all.Go(func() {
		for _, id := range ids[:10] {
			if held, err := r.Take(t.Context(), hands, id, nil); err == nil {
				mu.Lock()
				given[held.Conversation]++
				mu.Unlock()
			}
		}
	})
	all.Wait()
	r.assign() // whoever was busy with somebody else's lock has another round
	for id, n := range given {
		if n != 1 {
			t.Errorf("conversation %s was given %d times", id, n)
		}
	}
	room := 0
	for i, v := range staff {
		open := r.count(`SELECT count(*) FROM conversations WHERE owner = 'agent' AND agent_id = $1`, v.AgentID)
		outside := r.count(`SELECT count(*) FROM conversations WHERE agent_id = $1 AND team <> 'waste'`, v.AgentID)
		if open > 1+i || i%2 == 0 && outside > 0 {
			t.Errorf("agent %d has %d, %d of them outside", i, open, outside)
		}
		room += 1 + i - open
	}
	if waits := r.count(`SELECT count(*) FROM conversations WHERE owner = 'queue' AND team = 'waste'`); room > 0 && waits > 0 {
		t.Errorf("%d wait while there is room for %d", waits, room)
	}
	if n := r.count(`SELECT count(*) FROM messages`); n != r.count(`SELECT count(*) FROM conversation_log WHERE what = 'passed'`) {
		t.Errorf("%d were told who has joined", n)
	}
}

// TestAssignmentKeepsToScopeAndCapacity draws staff and conversations.
func TestAssignmentKeepsToScopeAndCapacity(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	teams, languages := []string{"waste", "drainage", "tax"}, []string{"bn", "en"}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		r.exec(`UPDATE conversations SET closed_at = now(), owner = 'bot', agent_id = NULL; UPDATE agents SET on_duty = false`)
		type person struct {
			handoff.Viewer
			capacity  int
			languages []string
		}
		var staff []person
		for range rapid.IntRange(0, 4).Draw(rt, "staff") {
			n++
			v := r.agent(fmt.Sprintf("s%d@city.example", n), handoff.RoleAgent, rapid.SliceOfNDistinct(rapid.SampledFrom(teams), 0, 2, rapid.ID[string]).Draw(rt, "teams"),
				rapid.SliceOfNDistinct(rapid.IntRange(1, 3), 0, 2, rapid.ID[int]).Draw(rt, "wards"))
			p := person{v, rapid.IntRange(0, 3).Draw(rt, "capacity"), rapid.SliceOfNDistinct(rapid.SampledFrom(languages), 0, 1, rapid.ID[string]).Draw(rt, "languages")}
			r.onDuty(p.Viewer, p.capacity, p.languages...)
			staff = append(staff, p)
		}
		var ids []uuid.UUID
		for range rapid.IntRange(0, 6).Draw(rt, "waiting") {
			w := waiting{team: rapid.SampledFrom(append(teams, "")).Draw(rt, "team"), language: rapid.SampledFrom(append(languages, "")).Draw(rt, "language")}
			if ward := rapid.IntRange(0, 3).Draw(rt, "ward"); ward > 0 {
				w.ward = &ward
			}
			ids = append(ids, r.wait(w))
		}
		r.assign()
		open := map[uuid.UUID]int{}
		for _, id := range ids {
			c := r.head(id)
			fits := func(p person) bool {
				return (len(p.Teams) == 0 || c.Team == "" || slices.Contains(p.Teams, c.Team)) && (len(p.Wards) == 0 || c.Ward == 0 || slices.Contains(p.Wards, c.Ward)) &&
					(len(p.languages) == 0 || c.Language == "" || slices.Contains(p.languages, c.Language))
			}
			if owner := r.owner(id); owner != uuid.Nil {
				open[owner]++
				if i := slices.IndexFunc(staff, func(p person) bool { return p.AgentID == owner }); i < 0 || !fits(staff[i]) {
					rt.Fatalf("%+v went to %+v", c, staff)
				}
			}
		}
		for _, p := range staff {
			if open[p.AgentID] > p.capacity {
				rt.Fatalf("%d of %d", open[p.AgentID], p.capacity)
			}
		}
		for _, id := range ids {
			if c := r.head(id); r.owner(id) == uuid.Nil {
				for _, p := range staff {
					if open[p.AgentID] < p.capacity && (len(p.Teams)+len(p.Wards)+len(p.languages) == 0) {
						rt.Fatalf("%+v waits while %+v has room", c, p)
					}
				}
			}
		}
	})
}

func TestMissedPromiseIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	late, kept, none := r.wait(waiting{promised: 30 * time.Minute}), r.wait(waiting{promised: 90 * time.Minute}), r.wait(waiting{})
	muted := r.wait(waiting{promised: 30 * time.Minute})
	r.exec(`UPDATE identities SET muted = true WHERE id = (SELECT identity_id FROM conversations WHERE id = $1)`, muted)
	say := func(handoff.Held) []handoff.Reply {
		return []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Receipt, Text: "sorry"}}
	}
	look := func() (ids []uuid.UUID) {
		t.Helper()
		missed, err := r.MissedPromises(t.Context(), 100, say)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range missed {
			ids = append(ids, h.Conversation)
		}
		return ids
	}
	if got := look(); len(got) != 0 {
		t.Fatalf("missed before its time: %v", got)
	}
	r.clock.Forward(time.Hour)
	var all sync.WaitGroup
	var mu sync.Mutex
	var found []uuid.UUID
	for range 4 { // processes
		all.Go(func() {
			got := look()
			mu.Lock()
			defer mu.Unlock()
			found = append(found, got...)
		})
	}
	all.Wait()
	found = append(found, look()...)
	if len(found) != 2 || !slices.Contains(found, late) || !slices.Contains(found, muted) {
		t.Fatalf("missed: %v, want %v and %v", found, late, muted)
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE text = 'sorry'`); n != 1 {
		t.Errorf("%d messages: one citizen waits, the other has sent STOP", n)
	}
	alarms, err := r.Alarms(t.Context(), handoff.Viewer{Role: handoff.RoleSupervisor})
	if err != nil || len(alarms) != 2 || alarms[0].Kind != handoff.AlarmPromise || alarms[0].Conversation == nil {
		t.Fatalf("alarms: %+v, %v", alarms, err)
	}
	if r.head(late).MissedAt == nil || r.head(kept).MissedAt != nil || r.head(none).PromisedAt != nil {
		t.Error("not noted in the conversations")
	}
	// Taking it is no answer yet; writing is.
	rahima := r.agent("rahima@city.example", handoff.RoleAgent, nil, nil)
	for _, id := range []uuid.UUID{late, kept} {
		if _, err := r.Take(t.Context(), rahima, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if c := r.head(late); c.PromisedAt == nil || r.count(`SELECT count(*) FROM alarms WHERE cleared_at IS NULL`) != 2 {
		t.Errorf("taking is taken for an answer: %+v", c)
	}
	for _, id := range []uuid.UUID{late, kept} {
		if _, err := r.Reply(t.Context(), rahima, id, handoff.Written{Text: "আসছি"}, func(handoff.Held, string) []handoff.Reply { return say(handoff.Held{}) }); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Forward(time.Hour)
	if got := look(); len(got) != 0 {
		t.Errorf("missed although answered: %v", got)
	}
	if c := r.head(late); c.PromisedAt != nil || c.MissedAt != nil || r.count(`SELECT count(*) FROM alarms WHERE cleared_at IS NULL`) != 1 {
		t.Errorf("the alarm stands after the answer: %+v", c)
	}
}

// A promise ends when the citizen goes back to the bot, and with an answer in
// the provider's own inbox.
func TestPromiseEndsWithTheTurn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*handoff.Turn){
		"back to the bot":         func(t *handoff.Turn) { t.Now.Owner = flows.OwnerBot },
		"answered from the inbox": func(t *handoff.Turn) { t.Now.Owner, t.Answered, t.In.Author = flows.OwnerAgent, true, "agent" },
		"over":                    func(t *handoff.Turn) { t.Now.Owner, t.Now.Closed = flows.OwnerBot, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecord(t)
			at := r.clock.Now()
			asked := newcomer("61", "m_1", at)
			asked.Now.Owner, asked.Team, asked.Reason, asked.Promised = flows.OwnerQueue, "waste", "asked", at.Add(time.Minute)
			r.commit(asked)
			said := next(asked, "m_2", at)
			said.Was.Owner, said.Reason, said.Promised = flows.OwnerQueue, "", time.Time{}
			r.commit(said)
			if c := r.head(asked.Now.Conversation); c.PromisedAt == nil || !c.PromisedAt.Equal(at.Add(time.Minute)) {
				t.Fatalf("promised: %+v", c)
			}
			r.clock.Forward(time.Hour)
			if _, err := r.MissedPromises(t.Context(), 10, func(handoff.Held) []handoff.Reply { return nil }); err != nil {
				t.Fatal(err)
			}
			last := next(said, "m_3", at)
			last.Was.Version, last.Was.Owner = said.Now.Version+1, flows.OwnerQueue
			last.Now.Version = last.Was.Version + 1
			end(last)
			wantOutcome(t, r.commit(last), handoff.Committed)
			c := r.head(asked.Now.Conversation)
			if c.PromisedAt != nil || c.MissedAt != nil || r.count(`SELECT count(*) FROM alarms WHERE kind = 'promise' AND cleared_at IS NOT NULL`) != 1 {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestAbsentAgentsLoseWhatTheyHold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leave func(r *record, v handoff.Viewer, id uuid.UUID)
		back  bool
	}{
		"on duty and seen": {func(r *record, v handoff.Viewer, _ uuid.UUID) {
			r.clock.Forward(119 * time.Minute)
			r.seen(v)
			r.clock.Forward(time.Minute)
		}, false},
		"not seen": {func(r *record, _ handoff.Viewer, _ uuid.UUID) { r.clock.Forward(121 * time.Minute) }, true},
		"off duty": {func(r *record, v handoff.Viewer, _ uuid.UUID) {
			r.off(v)
			r.clock.Forward(121 * time.Minute)
			r.seen(v)
		}, true},
		"off duty for less": {func(r *record, v handoff.Viewer, _ uuid.UUID) {
			r.clock.Forward(time.Hour)
			r.off(v)
			r.clock.Forward(119 * time.Minute)
		}, false},
		"off duty but writing": {func(r *record, v handoff.Viewer, id uuid.UUID) {
			r.off(v)
			r.clock.Forward(time.Hour)
			_, err := r.Reply(r.t.Context(), v, id, handoff.Written{Text: "x"}, func(handoff.Held, string) []handoff.Reply { return nil })
			if err != nil {
				r.t.Fatal(err)
			}
			r.clock.Forward(time.Hour)
		}, false},
		"an account that was closed": {func(r *record, v handoff.Viewer, _ uuid.UUID) {
			r.exec(`UPDATE agents SET disabled_at = $2 WHERE id = $1`, v.AgentID, r.clock.Now())
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecord(t)
			v := r.onDuty(r.agent("a@city.example", handoff.RoleAgent, nil, nil), 4)
			id := r.wait(waiting{team: "waste", promised: time.Hour})
			if _, err := r.Take(t.Context(), v, id, nil); err != nil {
				t.Fatal(err)
			}
			c.leave(r, v, id)
			by := r.clock.Now().Add(30 * time.Minute)
			back, err := r.Requeue(t.Context(), 10, func(handoff.Held) time.Time { return by }, func(handoff.Held) []handoff.Reply {
				return []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Receipt, Text: "somebody else"}}
			})
			if err != nil || (len(back) == 1) != c.back {
				t.Fatalf("%v, %v", back, err)
			}
			got := r.head(id)
			if !c.back {
				if got.Owner != flows.OwnerAgent {
					t.Errorf("%+v", got)
				}
				return
			}
			if got.Owner != flows.OwnerQueue || got.Agent != nil || got.Reason != string(flows.ReasonOffDuty) || got.QueuedAt == nil || got.PromisedAt == nil || !got.PromisedAt.Equal(by) || got.Team != "waste" {
				t.Errorf("%+v", got)
			}
			if r.count(`SELECT count(*) FROM conversation_log WHERE what = 'queued' AND reason = 'off_duty'`) != 1 || r.count(`SELECT count(*) FROM messages WHERE text = 'somebody else'`) != 1 {
				t.Error("it is not on record, or the citizen is not told")
			}
		})
	}
}

func (r *record) off(v handoff.Viewer) {
	r.t.Helper()
	if _, err := r.GoOffDuty(r.t.Context(), v); err != nil {
		r.t.Fatal(err)
	}
}

func (r *record) seen(v handoff.Viewer) {
	r.t.Helper()
	if err := r.Seen(r.t.Context(), v.AgentID); err != nil {
		r.t.Fatal(err)
	}
}

func TestQueueIsInOrder(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	young, old := r.wait(waiting{team: "waste", since: time.Minute}), r.wait(waiting{team: "waste", since: time.Hour})
	urgent, other := r.wait(waiting{team: "waste", urgent: true}), r.wait(waiting{team: "drainage", since: 2 * time.Hour})
	held := r.conversation(r.person("x", "", ""), talk{owner: "agent", team: "waste"})
	r.conversation(r.person("y", "", ""), talk{team: "waste"})
	r.conversation(r.person("z", "", ""), talk{owner: "queue", team: "waste", closed: true})
	read := func(v handoff.Viewer) (ids []uuid.UUID, counts []handoff.QueueCount) {
		t.Helper()
		q, err := r.Queue(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range q.Waiting {
			ids = append(ids, c.ID)
		}
		return ids, q.Counts
	}
	ids, counts := read(all)
	if !slices.Equal(ids, []uuid.UUID{urgent, other, old, young}) {
		t.Errorf("waiting: %v", ids)
	}
	if len(counts) != 3 || counts[0].Owner != flows.OwnerAgent || counts[0].N != 1 || counts[0].Oldest != nil || counts[1].Team != "drainage" ||
		counts[2].N != 3 || counts[2].Urgent != 1 || !counts[2].Oldest.Equal(r.clock.Now().Add(-time.Hour)) {
		t.Errorf("counts: %+v (held %s)", counts, held)
	}
	ids, counts = read(r.agent("a@city.example", handoff.RoleAgent, []string{"drainage"}, nil))
	if !slices.Equal(ids, []uuid.UUID{other}) || len(counts) != 1 {
		t.Errorf("outside the team: %v, %+v", ids, counts)
	}
	if ids, counts = read(handoff.Viewer{}); len(ids) != 0 || len(counts) != 0 {
		t.Errorf("nobody sees %v, %+v", ids, counts)
	}
}

func TestDeskIsLookedAt(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	r.wait(waiting{team: "waste"})
	r.wait(waiting{team: "waste", urgent: true})
	taken := r.wait(waiting{team: "waste", since: 7 * time.Minute})
	v := r.onDuty(r.agent("a@city.example", handoff.RoleAgent, []string{"waste"}, nil), 4)
	r.onDuty(r.agent("b@city.example", handoff.RoleAgent, []string{"tax"}, nil), 4)
	r.agent("c@city.example", handoff.RoleAgent, nil, nil)
	if _, err := r.Take(t.Context(), v, taken, nil); err != nil {
		t.Fatal(err)
	}
	ask := func(team string) handoff.Ask {
		return handoff.Ask{Wants: []flows.Lookup{{Kind: flows.LookupDesk, Team: team}}}
	}
	found := []*flows.Found{{}, {}, {}}
	if err := r.LookUp(t.Context(), []handoff.Ask{ask("waste"), ask("tax"), ask("waste")}, found); err != nil {
		t.Fatal(err)
	}
	waste, tax, behind := found[0].Desk["waste"], found[1].Desk["tax"], found[2].Desk["waste"]
	if !waste.At.Equal(r.clock.Now()) || waste.Ahead != 2 || waste.Urgent != 1 || waste.Agents != 1 || len(waste.Waits) != 1 || waste.Waits[0].To.Sub(waste.Waits[0].From) != 7*time.Minute {
		t.Errorf("waste: %+v", waste)
	}
	if tax.Ahead != 0 || tax.Agents != 1 || len(tax.Waits) != 0 {
		t.Errorf("tax: %+v", tax)
	}
	if behind.Ahead != 3 {
		t.Errorf("two who ask at once: %+v", behind)
	}
}

func TestDangerComesFirst(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	first := newcomer("61", "m_1", at)
	first.Alarm, first.Urgent = "danger", true
	asked := next(first, "m_2", at)
	asked.Alarm, asked.Urgent, asked.Now.Owner, asked.Reason = "", false, flows.OwnerQueue, "asked"
	r.commit(first)
	r.commit(asked)
	if c := r.head(first.Now.Conversation); !c.Urgent {
		t.Error("somebody in danger who asks for a person is not urgent")
	}
	back := next(asked, "m_3", at)
	back.Was.Owner, back.Now.Owner, back.Reason = flows.OwnerQueue, flows.OwnerBot, ""
	r.commit(back)
	if c := r.head(first.Now.Conversation); c.Urgent {
		t.Error("urgent for ever")
	}
}
