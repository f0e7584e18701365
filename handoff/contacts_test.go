package handoff_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestContactsAreFoundHoweverTheyAreAskedFor(t *testing.T) {
	r := newRecord(t)
	rahim := r.person("মোঃ রহিম উদ্দিন", "+8801712345678", "rahim@example.org")
	karim := r.person("Karim Sheikh", "", "")
	percent := r.person("100% Legal_Name", "", "")
	r.exec(`INSERT INTO identities (id, contact_id, channel, address, created_at) VALUES ($1, $2, 'sms', '+8801898765432', $3)`, handoff.NewID(), karim.contact, r.clock.Now())
	number := r.file(rahim, r.conversation(rahim, talk{}), matter{})
	for slot, value := range map[string]string{"holding_no": "১২৭/ক-4", "licence_no": "TRAD/DNCC/098760/2023"} {
		r.exec(`INSERT INTO remembered (contact_id, slot, type, value, at) VALUES ($1, $2, 'text', to_jsonb($3::text), $4)`, karim.contact, slot, value, r.clock.Now())
	}
	cases := map[string]struct {
		q    string
		want []uuid.UUID
	}{
		"everybody":                  {"", []uuid.UUID{percent.contact, karim.contact, rahim.contact}},
		"Bangla name in Bangla":      {"রহিম", []uuid.UUID{rahim.contact}},
		"Bangla name in Latin":       {"Rahim", []uuid.UUID{rahim.contact}},
		"other spelling":             {"rohim uddin", []uuid.UUID{rahim.contact}},
		"both words":                 {"uddin rahim", []uuid.UUID{rahim.contact}},
		"Latin name in Bangla":       {"করিম", []uuid.UUID{karim.contact}},
		"part of a name":             {"kari", []uuid.UUID{karim.contact}},
		"phone with country code":    {"+880 1712-345678", []uuid.UUID{rahim.contact}},
		"phone as people write it":   {"01712345678", []uuid.UUID{rahim.contact}},
		"phone in Bangla digits":     {"০১৭১২৩৪৫৬৭৮", []uuid.UUID{rahim.contact}},
		"end of a phone":             {"345678", []uuid.UUID{rahim.contact}},
		"start of a phone":           {"01712", []uuid.UUID{rahim.contact}},
		"address they write from":    {"01898765432", []uuid.UUID{karim.contact}},
		"e-mail":                     {"RAHIM@example.org", []uuid.UUID{rahim.contact}},
		"part of an e-mail":          {"@example", []uuid.UUID{rahim.contact}},
		"case number":                {fmt.Sprint(number), []uuid.UUID{rahim.contact}},
		"case number with a mark":    {fmt.Sprintf("#%d", number), []uuid.UUID{rahim.contact}},
		"holding number":             {"127/ক-4", []uuid.UUID{karim.contact}},
		"holding in Bangla digits":   {"১২৭ ক", []uuid.UUID{karim.contact}},
		"digits of a holding":        {"১২৭", []uuid.UUID{karim.contact}},
		"licence number":             {"trad/dncc/098760/2023", []uuid.UUID{karim.contact}},
		"part of a licence number":   {"DNCC-098760", []uuid.UUID{karim.contact}},
		"digits of a licence":        {"০৯৮৭৬০", []uuid.UUID{karim.contact}},
		"name with a digit":          {"100 legal", []uuid.UUID{percent.contact}},
		"too few digits":             {"12", []uuid.UUID{}},
		"LIKE signs mean themselves": {"%", []uuid.UUID{percent.contact}},
		"underscore means itself":    {"l_n", []uuid.UUID{percent.contact}},
		"as it is often spelt":       {"Raheem", []uuid.UUID{rahim.contact}},
		"sheikh in Bangla":           {"শেখ", []uuid.UUID{karim.contact}},
		"nobody":                     {"Zzyzx", []uuid.UUID{}},
		"NUL and bad UTF-8":          {"ra\x00him\xff", []uuid.UUID{rahim.contact}},
		"backslash":                  {`\`, []uuid.UUID{}},
		"number too long for a case": {strings.Repeat("9", 60), []uuid.UUID{}},
		"marks alone":                {"!!!", []uuid.UUID{}},
		"many words":                 {strings.Repeat("zq ", 60), []uuid.UUID{}},
		"an emoji":                   {"🙏", []uuid.UUID{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			page, err := r.Contacts(t.Context(), all, handoff.ContactFilter{Query: c.q})
			if err != nil {
				t.Fatal(err)
			}
			got := []uuid.UUID{}
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("q %q: got %v, want %v", c.q, got, c.want)
			}
		})
	}
}

func TestListsRefuseWhatTheyCannotMean(t *testing.T) {
	r := newRecord(t)
	field := func(err error) string {
		var f *handoff.FieldError
		if !errors.As(err, &f) || !errors.Is(err, handoff.ErrInvalid) {
			return fmt.Sprint(err)
		}
		return f.Field
	}
	lists := map[string]func(p handoff.PageOf) error{
		"contacts": func(p handoff.PageOf) error {
			_, err := r.Contacts(t.Context(), all, handoff.ContactFilter{PageOf: p})
			return err
		},
		"conversations": func(p handoff.PageOf) error {
			_, err := r.Conversations(t.Context(), all, handoff.ConversationFilter{PageOf: p})
			return err
		},
		"cases": func(p handoff.PageOf) error {
			_, err := r.Cases(t.Context(), all, handoff.CaseFilter{PageOf: p})
			return err
		},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			for what, p := range map[string]handoff.PageOf{
				"limit": {Limit: -1}, "limit ": {Limit: handoff.MaxPageSize + 1},
				"next": {Cursor: "no cursor!"}, "next ": {Cursor: "AAAA"}, "next  ": {Cursor: "LTE"}, // "-1"
			} {
				if got := field(list(p)); got != strings.TrimSpace(what) {
					t.Errorf("%+v: got %q", p, got)
				}
			}
		})
	}
	_, long := r.Contacts(t.Context(), all, handoff.ContactFilter{Query: strings.Repeat("q", 201)})
	_, owner := r.Conversations(t.Context(), all, handoff.ConversationFilter{Owner: "me"})
	_, team := r.Conversations(t.Context(), all, handoff.ConversationFilter{Team: "a\x00"})
	_, status := r.Cases(t.Context(), all, handoff.CaseFilter{Status: "lost"})
	_, kind := r.Cases(t.Context(), all, handoff.CaseFilter{Kind: "rant"})
	_, flow := r.Cases(t.Context(), all, handoff.CaseFilter{Flow: strings.Repeat("f", 65)})
	for want, err := range map[string]error{"q": long, "owner": owner, "team": team, "status": status, "kind": kind, "flow": flow} {
		if got := field(err); got != want {
			t.Errorf("want a fault of %s, got %s", want, got)
		}
	}
}

func TestPagesHoldEveryRowOnce(t *testing.T) {
	r := newRecord(t)
	var contacts, conversations []uuid.UUID
	var numbers []int64
	for i := range 53 {
		p := r.person(fmt.Sprintf("Citizen %d", i), "", "")
		c := r.conversation(p, talk{owner: "queue"})
		contacts, conversations, numbers = append(contacts, p.contact), append(conversations, c), append(numbers, r.file(p, c, matter{}))
	}
	slices.Reverse(contacts)
	slices.Reverse(conversations)
	slices.Reverse(numbers)
	for _, limit := range []int{1, 7, 50, 53, 54, 200} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			same(t, contacts, paged(t, limit, func(p handoff.PageOf) (handoff.Page[handoff.Contact], error) {
				return r.Contacts(t.Context(), all, handoff.ContactFilter{PageOf: p, Query: "citizen"})
			}, func(c handoff.Contact) uuid.UUID { return c.ID }))
			same(t, conversations, paged(t, limit, func(p handoff.PageOf) (handoff.Page[handoff.Conversation], error) {
				return r.Conversations(t.Context(), all, handoff.ConversationFilter{PageOf: p, Owner: "queue"})
			}, func(c handoff.Conversation) uuid.UUID { return c.ID }))
			same(t, numbers, paged(t, limit, func(p handoff.PageOf) (handoff.Page[handoff.Case], error) {
				return r.Cases(t.Context(), all, handoff.CaseFilter{PageOf: p, Flow: "drainage"})
			}, func(c handoff.Case) int64 { return c.Number }))
		})
	}
}

func TestContactRecordIsWhole(t *testing.T) {
	r := newRecord(t)
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	p := r.person("রহিম", "+8801712345678", "rahim@example.org")
	other := r.person("Somebody else", "", "")
	old := r.conversation(p, talk{closed: true})
	now := r.conversation(p, talk{owner: "agent", agent: &anna.AgentID, team: "drainage"})
	r.message(now, 256, "out", "agent", "Good morning", &anna.AgentID)
	number := r.file(p, old, matter{agent: &anna.AgentID})
	r.file(other, r.conversation(other, talk{}), matter{})
	r.exec(`INSERT INTO notes (id, contact_id, case_number, agent_id, text, at) VALUES ($1, $2, $3, $4, 'calls at night', $5)`,
		handoff.NewID(), p.contact, number, anna.AgentID, r.clock.Now())
	r.exec(`INSERT INTO remembered (contact_id, slot, type, value, at) VALUES ($1, 'ward', 'ward', '12', $2)`, p.contact, r.clock.Now())
	got, err := r.Contact(t.Context(), all, p.contact)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "রহিম" || got.Phone != "+8801712345678" || got.Ward != 12 || len(got.Identities) != 1 || got.Identities[0].Channel != "web" {
		t.Errorf("contact: %+v", got.Contact)
	}
	if len(got.Remembered) != 1 || got.Remembered[0].Slot != "ward" || string(got.Remembered[0].Value) != "12" {
		t.Errorf("remembered: %+v", got.Remembered)
	}
	if len(got.Conversations) != 2 || got.Conversations[0].ID != now || got.Conversations[1].ClosedAt == nil {
		t.Errorf("conversations: %+v", got.Conversations)
	}
	if len(got.Cases) != 1 || got.Cases[0].Number != number || got.Cases[0].Agent.Name != "Rahima anna@example.org" {
		t.Errorf("cases: %+v", got.Cases)
	}
	if len(got.Notes) != 1 || got.Notes[0].Case != number || got.Notes[0].By.ID != anna.AgentID {
		t.Errorf("notes: %+v", got.Notes)
	}
	if len(got.Staff) != 1 || got.Staff[0].Agent.ID != anna.AgentID || got.Staff[0].Times != 3 || !got.Staff[0].LastAt.Equal(r.clock.Now()) {
		t.Errorf("staff: %+v", got.Staff)
	}
	if _, zone := got.CreatedAt.Zone(); zone != 6*60*60 {
		t.Errorf("times are not in Dhaka: %v", got.CreatedAt)
	}
	if _, err := r.Contact(t.Context(), all, handoff.NewID()); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// paged reads all pages of a list.
func paged[T, K any](t *testing.T, limit int, read func(handoff.PageOf) (handoff.Page[T], error), key func(T) K) []K {
	t.Helper()
	var keys []K
	at := handoff.PageOf{Limit: limit}
	for range 100 {
		page, err := read(at)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > limit {
			t.Fatalf("%d items on a page of %d", len(page.Items), limit)
		}
		for _, item := range page.Items {
			keys = append(keys, key(item))
		}
		if page.Next == "" {
			return keys
		}
		at.Cursor = page.Next
	}
	t.Fatal("the list has no end")
	return nil
}

func same[K comparable](t *testing.T, want, got []K) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}
