package handoff_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// near looks for what is near a spot, as a contact would be told.
func (r *record) near(who uuid.UUID, s flows.Spot) []int64 {
	r.t.Helper()
	found := []*flows.Found{{}}
	if err := r.LookUp(r.t.Context(), []handoff.Ask{{Contact: who, Wants: []flows.Lookup{{Kind: flows.LookupNear, Spot: s}}}}, found); err != nil {
		r.t.Fatal(err)
	}
	if found[0].Near == nil {
		r.t.Fatal("nothing found is not the same as not looked up")
	}
	var numbers []int64
	for _, n := range found[0].Near {
		if n.OpenedAt.IsZero() {
			r.t.Errorf("%d was opened never", n.Number)
		}
		numbers = append(numbers, n.Number)
	}
	return numbers
}

func TestCasesOfOthersAreFoundAroundASpot(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const lat, lon = 23.8, 90.4
	here, owner := r.spot("drainage", "", 5, lat, lon)
	north, _ := r.spot("drainage", "", 6, lat+0.00134, lon) // 149 m
	_, _ = r.spot("drainage", "", 5, lat+0.00136, lon)      // 151 m
	_, _ = r.spot("waste", "", 5, lat, lon)
	settled, _ := r.spot("drainage", "", 5, lat, lon)
	r.exec(`UPDATE cases SET status = 'resolved' WHERE number = $1`, settled)
	said, teller := r.spot("drainage", "7 no rasta mosjid er samne", 5, 0, 0)
	_, _ = r.spot("drainage", "8 no rasta mosjid er samne", 5, 0, 0)
	_, _ = r.spot("drainage", "৭ নম্বর রাস্তা, মসজিদের সামনে", 6, 0, 0)
	words := flows.Spot{Flow: "drainage", Ward: 5, Place: "৭ নম্বর রাস্তা, মসজিদের সামনে"}
	point := flows.Spot{Flow: "drainage", Ward: 5, Lat: lat, Lon: lon}
	both := words
	both.Lat, both.Lon = lat, lon
	for name, one := range map[string]struct {
		who  uuid.UUID
		spot flows.Spot
		want []int64
	}{
		"by point, the nearest first": {uuid.Nil, point, []int64{here, north}},
		"not one's own":               {owner, point, []int64{north}},
		"by words":                    {uuid.Nil, words, []int64{said}},
		"not one's own words":         {teller, words, nil},
		"by both, points first":       {uuid.Nil, both, []int64{here, north, said}},
		"another service":             {uuid.Nil, flows.Spot{Flow: "road", Ward: 5, Lat: lat, Lon: lon}, nil},
		"nowhere":                     {uuid.Nil, flows.Spot{Flow: "drainage"}, nil},
		"at the pole":                 {uuid.Nil, flows.Spot{Flow: "drainage", Lat: 90, Lon: 180}, nil},
	} {
		if got := r.near(one.who, one.spot); !slices.Equal(got, one.want) {
			t.Errorf("%s: %v, want %v", name, got, one.want)
		}
	}
}

// joins commits a turn in which a person joins a case, with a photo.
func (r *record) joins(p person, conversation uuid.UUID, number int64) (photo uuid.UUID) {
	r.t.Helper()
	was := handoff.Standing{Identity: p.identity, Contact: p.contact, Conversation: conversation, Owner: flows.OwnerBot}
	if err := r.pool.QueryRow(r.t.Context(), `UPDATE conversations SET closed_at = NULL WHERE id = $1 RETURNING version`, conversation).Scan(&was.Version); err != nil {
		r.t.Fatal(err)
	}
	now := was
	now.Version++
	photo = handoff.NewID()
	turn := &handoff.Turn{
		Key: handoff.Key{Channel: "web", Address: p.contact.String()}, Was: was, Now: now, Checkpoint: []byte("{}"), Ward: 5,
		In:     &handoff.Incoming{ID: handoff.NewID(), ProviderID: photo.String(), Author: "contact", Kind: "photo", At: time.Now()},
		Photos: []handoff.NewPhoto{{ID: photo, SHA256: strings.Repeat("a", 64)}},
		Join:   []flows.Join{{Case: number}}, Attach: []handoff.Attachment{{Case: number, Photos: []uuid.UUID{photo}}},
	}
	results, err := r.Commit(r.t.Context(), []*handoff.Turn{turn})
	if err != nil || results[0].Outcome != handoff.Committed {
		r.t.Fatalf("join: %+v %v", results, err)
	}
	return photo
}

func TestWhoJoinsFollowsTheCaseWhereverItGoes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	boss := r.agent("boss@city.example", handoff.RoleSupervisor, nil, nil)
	number, reporter := r.spot("drainage", "School Road", 5, 0, 0)
	main, _ := r.spot("drainage", "School Road", 5, 0, 0)
	p := r.person("Joiner", "", "")
	talk := r.conversation(p, talk{closed: true})
	photo := r.joins(p, talk, number)
	r.joins(p, talk, number) // again: nothing more
	follows := func(n int64) (joined []uuid.UUID) {
		k, err := r.Case(ctx, boss, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range k.Followers {
			if f.Joined {
				joined = append(joined, f.ID)
			}
		}
		return joined
	}
	k, err := r.Case(ctx, boss, number)
	if err != nil || len(k.Followers) != 1 || k.Followers[0].ID != p.contact || !k.Followers[0].Joined || k.Followers[0].Name != "Joiner" {
		t.Fatalf("followers: %+v %v", k.Followers, err)
	}
	if !slices.ContainsFunc(k.Photos, func(x handoff.Photo) bool { return x.ID == photo && !x.After }) {
		t.Errorf("the photo is not with the case: %+v", k.Photos)
	}
	if n := len(slices.DeleteFunc(slices.Clone(k.Timeline), func(h handoff.Happening) bool { return h.Kind != handoff.HappenedFollowed })); n != 1 {
		t.Errorf("the timeline says %d times that somebody joined", n)
	}
	if _, _, err := r.MatchCase(ctx, boss, number, main); err != nil {
		t.Fatal(err)
	}
	r.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, main)
	if !slices.Equal(follows(main), []uuid.UUID{p.contact}) {
		t.Errorf("the follower is not carried along: %v", follows(main))
	}
	r.seesAsOwn(p.contact, number, "in_progress", main)
	if _, err := r.ResolveCase(ctx, boss, main, handoff.Resolution{Note: "done"}); err != nil {
		t.Fatal(err)
	}
	if n := r.told(main, "resolved"); n != 3 { // both reporters and the follower
		t.Errorf("%d are told", n)
	}
	r.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, main)
	if _, _, err := r.SeparateCase(ctx, boss, number); err != nil {
		t.Fatal(err)
	}
	if len(follows(main)) != 0 || !slices.Equal(follows(number), []uuid.UUID{p.contact}) {
		t.Errorf("after separating: %v and %v", follows(main), follows(number))
	}
	r.seesAsOwn(p.contact, number, "reopened")
	if got := r.near(reporter, flows.Spot{Flow: "drainage", Ward: 5, Place: "School Road"}); !slices.Equal(got, []int64{main}) {
		t.Errorf("the reporter is offered %v", got)
	}
}

// told is how many have a notice of a case.
func (r *record) told(number int64, event string) (n int) {
	r.t.Helper()
	if err := r.pool.QueryRow(r.t.Context(), `SELECT count(DISTINCT contact_id) FROM notices WHERE case_number = $1 AND event = $2`, number, event).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// seesAsOwn holds what a follower hears: the case among the own ones, and
// nothing of what its reporter wrote.
func (r *record) seesAsOwn(who uuid.UUID, number int64, status string, also ...int64) {
	r.t.Helper()
	found := []*flows.Found{{}}
	wants := []flows.Lookup{{Kind: flows.LookupMine}}
	for _, n := range append(also, number) {
		wants = append(wants, flows.Lookup{Kind: flows.LookupCase, Number: n})
	}
	if err := r.LookUp(r.t.Context(), []handoff.Ask{{Contact: who, Wants: wants}}, found); err != nil {
		r.t.Fatal(err)
	}
	mine := found[0].Mine
	if len(mine) != 1 || mine[0].Number != number || mine[0].Status != status || mine[0].Title != "" || !mine[0].Mine {
		r.t.Errorf("own cases: %+v", mine)
	}
	for n, c := range found[0].Cases {
		if c == nil || !c.Mine || c.Status != status || c.Title != "" {
			r.t.Errorf("case %d: %+v", n, c)
		}
	}
}

func TestNobodyJoinsTheirOwnCase(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.person("Reporter", "", "")
	c := r.conversation(p, talk{closed: true})
	ward := 5
	number := r.file(p, c, matter{flow: "drainage", ward: &ward})
	r.joins(p, c, number)
	k, err := r.Case(t.Context(), all, number)
	if err != nil || len(k.Followers) != 0 {
		t.Errorf("followers %+v, %v", k.Followers, err)
	}
}

// nearWithin is how long a turn may look for what is near, in the middle of
// many tries. With 500,000 cases it is 0.5 ms for one spot on two cores.
const nearWithin = 20 * time.Millisecond

func TestNearIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	n, _ := r.spot("drainage", "", 12, 23.8, 90.4)
	r.manyCases(n)
	spot := flows.Spot{Flow: "drainage", Ward: 12, Place: "Road 7, near the school 9", Lat: 23.8, Lon: 90.4}
	took := make([]time.Duration, 0, 50)
	for range cap(took) {
		begun := time.Now()
		r.near(uuid.Nil, spot)
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	t.Logf("around one spot of %d cases: %s in the middle, %s at most", manyCases, took[len(took)/2], took[len(took)-1])
	if took[len(took)/2] > nearWithin {
		t.Errorf("%s, want it at once", took[len(took)/2])
	}
}
