package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"nagorik/bot/background"
	"nagorik/handoff"
)

// troubled is an office in which something went wrong: a dead turn that can be
// revived and one that cannot, a photo that was given up, and background work.
func (o *office) troubled() (photo string) {
	o.t.Helper()
	for _, text := range []string{"secret and broken", "secret and fine"} {
		if err := o.desk.DeadTurn(o.t.Context(), handoff.Key{Channel: "messenger", Address: "6100"}, []byte(`{"text":"`+text+`"}`), errors.New("cannot cut the text")); err != nil {
			o.t.Fatal(err)
		}
	}
	f := o.file("রহিম", "drainage", 12)
	o.exec(`UPDATE photos SET status = 'failed', source = 'https://scontent.fbcdn.net/x', error = 'the address has expired (403)', attempts = 5 WHERE id = $1`, f.photo)
	o.exec(`INSERT INTO river.river_job (state, attempt, max_attempts, attempted_at, finalized_at, args, kind, errors)
		VALUES ('discarded', 1, 1, now(), now(), '{"task": "tell_notices"}', 'task', ARRAY['{"error": "the mail server cannot be reached"}'::jsonb]),
		('completed', 1, 1, now(), now(), '{"task": "fold_figures"}', 'task', NULL)`)
	do := func(context.Context) error { return nil }
	work, err := background.New(background.Options{Pool: o.pool, Log: slog.New(slog.DiscardHandler), Tasks: []background.Task{
		{Name: "fold_figures", Every: 10 * time.Second, Do: do}, {Name: "tell_notices", Every: 5 * time.Second, Do: do}, {Name: "watch_silence", Every: 5 * time.Minute, Do: do},
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.server.opt.Reviver, o.server.opt.Background = heals{o.desk}, work
	return f.photo.String()
}

func TestTroubleIsShownAndTriedAgain(t *testing.T) {
	o := newCounter(t)
	photo := o.troubled()
	o.person("chief@example.org", "Chief", handoff.RoleAdministrator, nil, nil)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	chief, anna := o.enter("chief@example.org"), o.enter("anna@example.org")
	if w := o.look(troublePath, anna); w.Code != http.StatusForbidden {
		t.Errorf("a supervisor: %d", w.Code)
	}
	if body := o.look(casesPath, anna).Body.String(); strings.Contains(body, `href="`+troublePath+`"`) {
		t.Error("a supervisor's menu has it")
	}
	page := o.look(troublePath+"?lang=en", chief)
	for _, text := range []string{"cannot cut the text", "the address has expired", "Telling of cases", "the mail server cannot be reached", "failing", "every 5 minutes", `3<span class="unseen"> to look at</span>`} {
		wantPage(t, page, http.StatusOK, text)
	}
	if strings.Contains(page.Body.String(), "secret") || strings.Contains(page.Body.String(), "6100") {
		t.Error("it shows what a citizen wrote")
	}
	turns, err := o.desk.DeadTurns(t.Context(), handoff.PageOf{})
	if err != nil {
		t.Fatal(err)
	}
	broken, fine := troublePath+"/turns/"+turns.Items[1].ID.String(), troublePath+"/turns/"+turns.Items[0].ID.String()
	wantWay(t, o.post(fine+"/retry", chief, nil), troublePath+"?done=revived")
	wantWay(t, o.post(broken+"/retry", chief, nil), troublePath+"?done=still_dead")
	wantPage(t, o.post(broken+"/open", chief, nil), http.StatusOK, "secret and broken")
	wantWay(t, o.post(troublePath+"/turns/retry", chief, nil), troublePath+"?done=still_dead")
	o.exec(`UPDATE dead_turns SET event = 'v1.AAAA'`)
	wantWay(t, o.post(broken+"/open", chief, nil), troublePath+"?done=sealed")
	wantPage(t, o.look(troublePath+"?done=sealed&lang=en", chief), http.StatusOK, "another SECRET_KEY")
	wantWay(t, o.post(broken+"/discard", chief, nil), troublePath+"?done=discarded")
	wantWay(t, o.post(troublePath+"/photos/"+photo+"/retry", chief, nil), troublePath+"?done=photo_retry")
	if w := o.post(troublePath+"/photos/"+photo+"/retry", chief, nil); w.Code != http.StatusNotFound {
		t.Errorf("a photo that is being fetched: %d", w.Code)
	}
	wantWay(t, o.post(troublePath+"/background/tell_notices/run", chief, nil), troublePath+"?done=work_asked")
	if w := o.post(troublePath+"/background/nothing/run", chief, nil); w.Code != http.StatusNotFound {
		t.Errorf("unknown work: %d", w.Code)
	}
	if n, err := o.desk.Trouble(t.Context()); err != nil || n != 0 {
		t.Errorf("afterwards: %d, %v", n, err)
	}
	if log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "trouble.photo"}); err != nil || len(log.Items) != 1 {
		t.Errorf("the photo is not in the log: %+v, %v", log, err)
	}
}

func TestFailedPhotosForPrograms(t *testing.T) {
	o := newCounter(t)
	photo := o.troubled()
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	list := o.do(call{path: "/api/v1/failed_photos", token: admin})
	s := o.spec()
	for _, fault := range s.check(s.at("paths", "/api/v1/failed_photos", "get", "responses", "200", "content", "application/json", "schema"), any(jsonOf(t, list)), "answer") {
		t.Error(fault)
	}
	if !strings.Contains(list.Body.String(), photo) {
		t.Errorf("%s", list.Body)
	}
	retry := call{method: http.MethodPost, path: "/api/v1/failed_photos/" + photo + "/retry", token: admin, body: strings.NewReader("{}")}
	if w := o.do(retry); w.Code != http.StatusOK {
		t.Errorf("retry: %d %s", w.Code, w.Body)
	}
}
