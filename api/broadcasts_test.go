package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// postman is a Broadcaster whose city has SMS and mail.
type postman struct {
	*broadcasts.Store
	stirred int
}

func (postman) setting() broadcasts.Setting {
	return broadcasts.Setting{On: map[broadcasts.Family]bool{broadcasts.FamilySMS: true, broadcasts.FamilyMail: true}}
}

func (p *postman) PlanBroadcast(ctx context.Context, id uuid.UUID) (broadcasts.Plan, error) {
	return p.Plan(ctx, id, p.setting())
}

func (p *postman) PlanDraft(ctx context.Context, d broadcasts.Draft) (broadcasts.Plan, error) {
	return p.Store.PlanDraft(ctx, d, p.setting())
}

func (p *postman) TestBroadcast(ctx context.Context, v handoff.Viewer, id uuid.UUID, way flows.Way, language, _ string) (broadcasts.Test, error) {
	t, _, err := p.BeginTest(ctx, v, id, way, language)
	t.Status = broadcasts.StatusSent
	return t, err
}

func (p *postman) StirBroadcasts() { p.stirred++ }

func (*postman) BroadcastsRest() (time.Time, bool) { return time.Time{}, false }

// deed posts JSON as somebody and holds the answer against the description.
func (o *office) deed(token, path, body string, status int) map[string]any {
	o.t.Helper()
	w := o.do(call{method: http.MethodPost, path: broadcastsAPI + path, token: token, body: strings.NewReader(body)})
	if w.Code != status {
		o.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	return jsonOf(o.t, w)
}

func TestBroadcastsByJSON(t *testing.T) {
	o := newOffice(t, nil)
	store := broadcasts.New(o.pool, sampleCatalog(t), o.clock.Now)
	man := &postman{Store: store}
	o.server.opt.Broadcasts, o.server.opt.Broadcaster = store, man
	for name, phone := range map[string]string{"Rahima": "+8801712345678", "Karim": ""} {
		if _, err := o.pool.Exec(t.Context(), `INSERT INTO contacts (id, name, phone, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)`, handoff.NewID(), name, phone, o.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	agent := o.hire("agent@example.org", handoff.RoleAgent, nil, nil)
	o.deed(agent, "", `{}`, http.StatusForbidden)
	const draft = `{"title": "Fogging", "topic": "news", "words": {"sms": {"bn": "কাল ফগিং।"}}, "audience": {}}`
	for field, body := range map[string]string{
		"title": `{"topic": "news"}`, "topic": `{"title": "x", "topic": "weather"}`, "words.sms": `{"title": "x", "words": {"sms": {"fr": "x"}}}`,
		"audience.services": `{"title": "x", "audience": {"services": ["moon"]}}`, "per_minute": `{"title": "x", "per_minute": {"sms": -1}}`, "nonsense": `{"nonsense": 1}`,
	} {
		w := o.do(call{method: http.MethodPost, path: broadcastsAPI, token: o.token, body: strings.NewReader(body)})
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), `"field":"`+field+`"`) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	plan := o.deed(o.token, "/plan", draft, http.StatusOK)
	if plan["total"] != 2.0 || plan["unreachable"] != 1.0 || plan["segments"] != 1.0 || plan["poisha"] != nil {
		t.Errorf("%v", plan)
	}
	made := o.deed(o.token, "", draft, http.StatusOK)
	path := fmt.Sprint("/", made["id"])
	o.deed(o.token, path+"/pause", `{}`, http.StatusConflict)
	if one := o.deed(o.token, path+"/test", `{"way": "sms", "phone": "01712345678"}`, http.StatusOK); one["status"] != "sent" || one["segments"] != 1.0 {
		t.Errorf("%v", one)
	}
	for _, verb := range []string{"schedule", "take-back", "schedule"} {
		o.deed(o.token, path+"/"+verb, `{}`, http.StatusOK)
	}
	if man.stirred < 3 {
		t.Error("nobody looks whether there is something to send")
	}
	id, err := uuid.Parse(strings.TrimPrefix(path, "/"))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := store.Begin(t.Context(), id, man.setting()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	o.deed(o.token, path+"/override", `{"reason": "The dam breaks"}`, http.StatusOK)
	for _, verb := range []string{"pause", "resume", "cancel"} {
		o.deed(o.token, path+"/"+verb, `{}`, http.StatusOK)
	}
	s := o.spec()
	for path, name := range map[string]string{"": "", path: "/{id}", path + "/plan": "/{id}/plan", path + "/results": "/{id}/results"} {
		got := o.get(broadcastsAPI + path)
		for _, fault := range s.check(s.at("paths", broadcastsAPI+name, "get", "responses", "200", "content", "application/json", "schema"), any(got), "answer") {
			t.Errorf("%s: %s", path, fault)
		}
	}
	csv := o.do(call{path: broadcastsAPI + path + "/results", token: o.token, header: map[string]string{"Accept": "text/csv"}})
	if body := csv.Body.String(); csv.Code != http.StatusOK || !strings.Contains(body, "Rahima,none,,0,skipped,broadcast ended") || !strings.Contains(body, "Karim,sms,bn,0,skipped,no address") || strings.Contains(body, "8801712345678") {
		t.Errorf("%d %s", csv.Code, body)
	}
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "broadcast."})
	if err != nil || len(log.Items) != 10 {
		t.Errorf("%d in the log, %v", len(log.Items), err)
	}
	for _, line := range log.Items {
		if o.server.console.words["en"]["what_"+line.What] == "" || o.server.console.words["bn"]["what_"+line.What] == "" {
			t.Errorf("nobody can read %s", line.What)
		}
	}
}

func TestOnlySupervisorsHearOfBroadcasts(t *testing.T) {
	hints := []bot.Hint{{ID: 1, Event: bot.HintBroadcast, Broadcast: uuid.NewString()}, {ID: 2, Event: bot.HintBroadcast, Broadcast: uuid.NewString()}}
	for role, n := range map[handoff.Role]int{handoff.RoleSupervisor: 2, handoff.RoleAgent: 0} {
		if got := (sights{}).events(handoff.Viewer{Role: role}, append(hints, hints[0])); len(got) != n {
			t.Errorf("%s: %+v", role, got)
		}
	}
}
