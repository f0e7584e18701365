package handoff_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestConversationsAreNarrowed(t *testing.T) {
	r := newRecord(t)
	p := r.person("Rahim", "", "")
	byBot := r.conversation(p, talk{closed: true})
	waiting := r.conversation(p, talk{owner: "queue", team: "waste"})
	taken := r.conversation(r.person("Karim", "", ""), talk{owner: "agent", team: "drainage"})
	cases := map[string]struct {
		filter handoff.ConversationFilter
		want   []uuid.UUID
	}{
		"all":      {handoff.ConversationFilter{}, []uuid.UUID{taken, waiting, byBot}},
		"bot":      {handoff.ConversationFilter{Owner: "bot"}, []uuid.UUID{byBot}},
		"queue":    {handoff.ConversationFilter{Owner: "queue"}, []uuid.UUID{waiting}},
		"agent":    {handoff.ConversationFilter{Owner: "agent"}, []uuid.UUID{taken}},
		"team":     {handoff.ConversationFilter{Team: "waste"}, []uuid.UUID{waiting}},
		"open":     {handoff.ConversationFilter{Open: ptr(true)}, []uuid.UUID{taken, waiting}},
		"closed":   {handoff.ConversationFilter{Open: ptr(false)}, []uuid.UUID{byBot}},
		"no match": {handoff.ConversationFilter{Owner: "agent", Team: "waste"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			page, err := r.Conversations(t.Context(), all, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []uuid.UUID
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			same(t, c.want, got)
		})
	}
}

func TestConversationShowsMessagesOldestFirst(t *testing.T) {
	r := newRecord(t)
	p := r.person("Rahim", "", "")
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	id := r.conversation(p, talk{owner: "agent", agent: &anna.AgentID})
	// The last line written first: order is by seq, not by id.
	last := r.message(id, 769, "out", "agent", "On our way", &anna.AgentID)
	first := r.message(id, 256, "in", "contact", "ড্রেন উপচে পড়ছে", nil)
	pin := r.message(id, 512, "in", "contact", "", nil)
	r.exec(`UPDATE messages SET detail = '{"lat":23.75,"lon":90.39,"late":true}' WHERE id = $1`, pin)
	offer := r.message(id, 513, "out", "bot", "Is it there?", nil)
	r.exec(`UPDATE messages SET detail = '{"choices":[{"title":"Yes","payload":"y"}]}' WHERE id = $1`, offer)
	odd := r.message(id, 768, "in", "contact", "", nil)
	r.exec(`UPDATE messages SET detail = '["not what we expect"]' WHERE id = $1`, odd)
	photo := r.photo(id, first, nil)
	got, err := r.Conversation(t.Context(), all, id, handoff.PageOf{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	for _, m := range got.Messages {
		ids = append(ids, m.ID)
	}
	same(t, []uuid.UUID{first, pin, offer, odd, last}, ids)
	m := got.Messages
	if len(m[0].Photos) != 1 || m[0].Photos[0].ID != photo || m[0].Text != "ড্রেন উপচে পড়ছে" {
		t.Errorf("photo: %+v", m[0])
	}
	if m[1].Location == nil || m[1].Location.Lat != 23.75 || !m[1].Late || m[0].Late {
		t.Errorf("pin: %+v", m[1])
	}
	if len(m[2].Choices) != 1 || m[2].Choices[0].Payload != "y" {
		t.Errorf("choices: %+v", m[2])
	}
	if m[4].Agent == nil || m[4].Agent.Name != "Rahima anna@example.org" || got.Agent.ID != anna.AgentID || got.Contact.Name != "Rahim" {
		t.Errorf("names: %+v %+v", m[4], got.Conversation)
	}
}

func TestLongConversationsArePaged(t *testing.T) {
	r := newRecord(t)
	id := r.conversation(r.person("Rahim", "", ""), talk{})
	r.exec(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, status, at)
		SELECT gen_random_uuid(), $1, n * 256, 'in', 'contact', 'web', 'text', n::text, 'delivered', now() FROM generate_series(1, 2105) n`, id)
	var texts []string
	page := handoff.PageOf{}
	for range 5 {
		got, err := r.Conversation(t.Context(), all, id, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.Messages {
			texts = append(texts, m.Text)
		}
		if page.Cursor = got.Next; page.Cursor == "" {
			break
		}
	}
	if len(texts) != 2105 || texts[0] != "1" || texts[1000] != "1001" || texts[2104] != "2105" {
		t.Fatalf("%d messages", len(texts))
	}
	for name, p := range map[string]handoff.PageOf{"limit": {Limit: 1001}, "negative": {Limit: -1}, "next": {Cursor: "!"}} {
		if _, err := r.Conversation(t.Context(), all, id, p); !errors.Is(err, handoff.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCasesAreNarrowed(t *testing.T) {
	r := newRecord(t)
	rahim, karim := r.person("রহিম", "+8801712345678", ""), r.person("Karim", "", "")
	drain := r.file(rahim, r.conversation(rahim, talk{}), matter{ward: ptr(12), place: "Road 7, near the mosque"})
	r.clock.Forward(24 * time.Hour)
	waste := r.file(karim, r.conversation(karim, talk{}), matter{flow: "waste", team: "waste", status: "assigned", kind: "request", title: "ময়লা", ward: ptr(3)})
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, handoff.Dhaka()) }
	cases := map[string]struct {
		filter handoff.CaseFilter
		want   []int64
	}{
		"all":              {handoff.CaseFilter{}, []int64{waste, drain}},
		"status":           {handoff.CaseFilter{Status: handoff.CaseAssigned}, []int64{waste}},
		"flow":             {handoff.CaseFilter{Flow: "drainage"}, []int64{drain}},
		"ward":             {handoff.CaseFilter{Ward: 3}, []int64{waste}},
		"kind":             {handoff.CaseFilter{Kind: "complaint"}, []int64{drain}},
		"from":             {handoff.CaseFilter{From: day(24)}, []int64{waste}},
		"to":               {handoff.CaseFilter{To: day(24)}, []int64{drain}},
		"from and to":      {handoff.CaseFilter{From: day(23), To: day(25)}, []int64{waste, drain}},
		"number":           {handoff.CaseFilter{Query: fmt.Sprint(drain)}, []int64{drain}},
		"number in Bangla": {handoff.CaseFilter{Query: "১০০০১"}, []int64{drain}},
		"place":            {handoff.CaseFilter{Query: "MOSQUE"}, []int64{drain}},
		"title":            {handoff.CaseFilter{Query: "ময়লা"}, []int64{waste}},
		"name":             {handoff.CaseFilter{Query: "rahim"}, []int64{drain}},
		"phone":            {handoff.CaseFilter{Query: "01712345678"}, []int64{drain}},
		"huge number":      {handoff.CaseFilter{Query: "99999999999999999999999"}, nil},
		"both":             {handoff.CaseFilter{Query: "rahim", Flow: "waste"}, nil},
		"team":             {handoff.CaseFilter{Team: "waste"}, []int64{waste}},
		"open":             {handoff.CaseFilter{Open: ptr(true)}, []int64{waste, drain}},
		"settled":          {handoff.CaseFilter{Open: ptr(false)}, nil},
		"nobody's":         {handoff.CaseFilter{Agent: handoff.NewID()}, nil},
		"due first":        {handoff.CaseFilter{Order: handoff.CasesByDue}, []int64{drain, waste}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			page, err := r.Cases(t.Context(), all, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, item := range page.Items {
				got = append(got, item.Number)
			}
			same(t, c.want, got)
		})
	}
}

func TestCaseIsWhole(t *testing.T) {
	r := newRecord(t)
	p := r.person("রহিম", "", "")
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	conversation := r.conversation(p, talk{})
	number := r.file(p, conversation, matter{agent: &anna.AgentID, ward: ptr(12)})
	message := r.message(conversation, 256, "in", "contact", "", nil)
	var photos []uuid.UUID
	for range 3 {
		photos = append(photos, r.photo(conversation, message, &number))
	}
	r.clock.Forward(time.Hour)
	r.exec(`INSERT INTO case_timeline (id, case_number, at, kind, agent_id, text) VALUES ($1, $2, $3, 'note', $4, 'pump ordered')`, handoff.NewID(), number, r.clock.Now(), anna.AgentID)
	got, err := r.Case(t.Context(), all, number)
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	for _, photo := range got.Photos {
		ids = append(ids, photo.ID)
	}
	same(t, photos, ids)
	if got.Contact.Name != "রহিম" || got.Agent.Name != "Rahima anna@example.org" || got.Ward != 12 || got.Conversation != conversation {
		t.Errorf("case: %+v", got)
	}
	if len(got.Timeline) != 2 || got.Timeline[0].By != nil || got.Timeline[0].Kind != "opened" || got.Timeline[1].By.ID != anna.AgentID {
		t.Errorf("timeline: %+v", got.Timeline)
	}
	track, err := r.TrackCase(t.Context(), number)
	if err != nil || track.Flow != "drainage" || track.Status != handoff.CaseNew || track.UpdatedAt.IsZero() {
		t.Errorf("track: %+v, %v", track, err)
	}
	if _, err := r.TrackCase(t.Context(), 1); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("track a case that does not exist: %v", err)
	}
	if _, err := r.Case(t.Context(), all, -5); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a case that does not exist: %v", err)
	}
}

// TestViewersSeeTheirOwn puts the same record before viewers of all kinds.
func TestViewersSeeTheirOwn(t *testing.T) {
	r := newRecord(t)
	mine := r.agent("mine@example.org", handoff.RoleAgent, []string{"parks"}, nil)
	drainPerson, wastePerson := r.person("Drain", "", ""), r.person("Waste", "", "")
	drainTalk := r.conversation(drainPerson, talk{owner: "queue", team: "drainage", ward: ptr(12)})
	wasteTalk := r.conversation(wastePerson, talk{owner: "bot", ward: ptr(3)})
	open := r.conversation(r.person("Nobody's yet", "", ""), talk{owner: "queue"})
	drain := r.file(drainPerson, drainTalk, matter{ward: ptr(12)})
	waste := r.file(wastePerson, wasteTalk, matter{team: "waste", ward: ptr(3), agent: &mine.AgentID})
	drainPhoto := r.photo(drainTalk, r.message(drainTalk, 256, "in", "contact", "", nil), &drain)
	wastePhoto := r.photo(wasteTalk, r.message(wasteTalk, 256, "in", "contact", "", nil), &waste)
	everything := []string{"drain", "drain photo", "drain talk", "open", "waste", "waste photo", "waste talk"}
	drainSide := []string{"drain", "drain photo", "drain talk", "open"}
	wasteSide := []string{"open", "waste", "waste photo", "waste talk"}
	viewers := map[string]struct {
		viewer handoff.Viewer
		want   []string
	}{
		"administrator":           {handoff.Viewer{Role: handoff.RoleAdministrator, Teams: []string{"parks"}}, everything},
		"supervisor":              {handoff.Viewer{Role: handoff.RoleSupervisor, Wards: []int{99}}, everything},
		"agent without limits":    {handoff.Viewer{Role: handoff.RoleAgent}, everything},
		"agent of the drains":     {handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"drainage"}}, drainSide},
		"agent of ward 12":        {handoff.Viewer{Role: handoff.RoleAgent, Wards: []int{12, 13}}, drainSide},
		"agent of ward 3":         {handoff.Viewer{Role: handoff.RoleAgent, Wards: []int{3}}, wasteSide},
		"drains but another ward": {handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"drainage"}, Wards: []int{3}}, []string{"open"}},
		"another team":            {handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"roads"}}, []string{"open"}},
		"given by name":           {mine, wasteSide},
		"nobody":                  {handoff.Viewer{}, nil},
		"no such role":            {handoff.Viewer{Role: "owner"}, nil},
	}
	for name, c := range viewers {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			note := func(what string, err error) {
				switch {
				case err == nil:
					seen[what] = true
				case !errors.Is(err, handoff.ErrNotFound):
					t.Error(err)
				}
			}
			for what, number := range map[string]int64{"drain": drain, "waste": waste} {
				_, err := r.Case(t.Context(), c.viewer, number)
				note(what, err)
			}
			for what, id := range map[string]uuid.UUID{"drain talk": drainTalk, "waste talk": wasteTalk, "open": open} {
				_, err := r.Conversation(t.Context(), c.viewer, id, handoff.PageOf{})
				note(what, err)
			}
			for what, id := range map[string]uuid.UUID{"drain photo": drainPhoto, "waste photo": wastePhoto} {
				_, err := r.Photo(t.Context(), c.viewer, id)
				note(what, err)
			}
			var got []string
			for what := range seen {
				got = append(got, what)
			}
			slices.Sort(got)
			same(t, c.want, got)
			listsAgree(t, r, c.viewer, seen, drainPerson, wastePerson)
		})
	}
}

// listsAgree holds that lists show what can be opened one by one.
func listsAgree(t *testing.T, r *record, v handoff.Viewer, seen map[string]bool, drain, waste person) {
	t.Helper()
	count := func(names ...string) (n int) {
		for _, name := range names {
			if seen[name] {
				n++
			}
		}
		return n
	}
	cases, err := r.Cases(t.Context(), v, handoff.CaseFilter{})
	if err != nil || len(cases.Items) != count("drain", "waste") {
		t.Errorf("%d cases listed, %v", len(cases.Items), err)
	}
	conversations, err := r.Conversations(t.Context(), v, handoff.ConversationFilter{})
	if err != nil || len(conversations.Items) != count("drain talk", "waste talk", "open") {
		t.Errorf("%d conversations listed, %v", len(conversations.Items), err)
	}
	contacts, err := r.Contacts(t.Context(), v, handoff.ContactFilter{})
	if err != nil || len(contacts.Items) != count("drain talk", "waste talk", "open") {
		t.Errorf("%d contacts listed, %v", len(contacts.Items), err)
	}
	for p, what := range map[person]string{drain: "drain talk", waste: "waste talk"} {
		got, err := r.Contact(t.Context(), v, p.contact)
		if seen[what] != (err == nil) {
			t.Errorf("contact of the %s: %v", what, err)
		}
		if err == nil && (len(got.Conversations) != 1 || len(got.Cases) != 1) {
			t.Errorf("record of the %s: %+v", what, got)
		}
	}
}

func TestAlarmsAreForThoseWhoMaySeeThem(t *testing.T) {
	r := newRecord(t)
	p := r.person("Rahim", "", "")
	conversation := r.conversation(p, talk{owner: "bot", team: "drainage"})
	r.exec(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES ($1, 'danger', $2, $3, $4)`, handoff.NewID(), conversation.String(), conversation, r.clock.Now())
	if raised, err := r.RaiseAlarm(t.Context(), handoff.AlarmChannel, "messenger", "token refused"); err != nil || !raised {
		t.Fatal(raised, err)
	}
	count := func(v handoff.Viewer) int {
		list, err := r.Alarms(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for name, c := range map[string]struct {
		viewer handoff.Viewer
		want   int
	}{
		"supervisor": {all, 2},
		"team":       {handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"drainage"}}, 2},
		"other team": {handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"roads"}}, 1},
		"nobody":     {handoff.Viewer{}, 0},
	} {
		if got := count(c.viewer); got != c.want {
			t.Errorf("%s sees %d alarms, want %d", name, got, c.want)
		}
	}
	if _, err := r.ClearAlarm(t.Context(), "channel", "messenger"); err != nil {
		t.Fatal(err)
	}
	if got := count(all); got != 1 {
		t.Errorf("%d alarms after one was cleared", got)
	}
}
