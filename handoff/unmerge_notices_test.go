package handoff_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// noticed records that a contact is told of a case.
func (r *record) noticed(contact uuid.UUID, number int64) uuid.UUID {
	r.t.Helper()
	id := handoff.NewID()
	r.exec(`INSERT INTO notices (id, case_number, contact_id, event, at) VALUES ($1, $2, $3, $4, $5)`, id, number, contact, flows.NoticeStarted, r.clock.Now())
	return id
}

// follows records that a person joined a case of somebody else's.
func (r *record) follows(p person, number int64) {
	r.t.Helper()
	r.exec(`INSERT INTO case_followers (case_number, contact_id, conversation_id, at) VALUES ($1, (SELECT contact_id FROM identities WHERE id = $2), $3, $4)`,
		number, p.identity, r.conversation(p, talk{closed: true}), r.clock.Now())
}

// Undoing a merge gives each the notices that were for them: the follower those
// of a follower, even of a case that the other has reported.
func TestUnmergeGivesNoticesToWhomTheyWereFor(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	web, sms, third := r.person("Rahim", "", ""), r.phoned("", "+8801712345678"), r.person("Karim", "", "")
	filed := func(p person) int64 { return r.file(p, r.conversation(p, talk{closed: true}), matter{}) }
	ofWeb, ofSMS, ofThird, ofBoth, copied := filed(web), filed(sms), filed(third), filed(third), filed(third)
	r.follows(web, ofSMS)
	r.follows(sms, ofThird)
	r.follows(web, ofBoth)
	r.follows(sms, ofBoth)
	double := filed(sms)
	r.exec(`UPDATE cases SET status = 'duplicate', duplicate_of = $2 WHERE number = $1`, double, copied)
	want := map[string]struct {
		notice, whose uuid.UUID
	}{
		"to the follower, before":      {r.noticed(web.contact, ofSMS), web.contact},
		"to the reporter, before":      {r.noticed(sms.contact, ofSMS), sms.contact},
		"to who goes, of both, before": {r.noticed(sms.contact, ofBoth), sms.contact},
	}
	r.clock.Forward(time.Minute)
	kept, err := r.MergeByCode(t.Context(), boss, web.contact, r.codeFor(boss, web.contact, "+8801712345678"))
	if err != nil || kept != web.contact {
		t.Fatal(kept, err)
	}
	r.clock.Forward(time.Minute)
	for name, since := range map[string]struct {
		number int64
		whose  uuid.UUID
	}{
		"of who stays": {ofWeb, web.contact}, "of who goes, whom the other follows": {ofSMS, sms.contact}, "followed by who goes": {ofThird, sms.contact},
		"followed by both": {ofBoth, web.contact}, "of a duplicate of who goes": {copied, sms.contact},
	} {
		want[name+", since"] = struct{ notice, whose uuid.UUID }{r.noticed(kept, since.number), since.whose}
	}
	list, err := r.Merges(t.Context(), boss, kept)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if _, err := r.Unmerge(t.Context(), boss, kept, list[0].ID); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		if n := r.count(`SELECT count(*) FROM notices WHERE id = $1 AND contact_id = $2`, w.notice, w.whose); n != 1 {
			t.Errorf("the notice %s is not with whom it was for", name)
		}
	}
}
