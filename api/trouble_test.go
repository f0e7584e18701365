package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// heals is a Reviver after which those turns are on record that say "fine".
type heals struct{ desk *handoff.Desk }

func (h heals) Revive(ctx context.Context, v handoff.Viewer, id uuid.UUID) (bool, error) {
	t, err := h.desk.ClaimDeadTurn(ctx, v, id)
	if err != nil {
		return false, err
	}
	if !strings.Contains(t.Event, "fine") {
		return false, h.desk.DeadTurnAgain(ctx, id, errors.New("again"))
	}
	return true, h.desk.DeadTurnDone(ctx, id)
}

func (h heals) ReviveAll(ctx context.Context, v handoff.Viewer) (done, dead int, err error) {
	list, err := h.desk.DeadTurns(ctx, handoff.PageOf{})
	for _, t := range list.Items {
		if ok, err := h.Revive(ctx, v, t.ID); err != nil {
			return done, dead, err
		} else if ok {
			done++
		} else {
			dead++
		}
	}
	return done, dead, err
}

func TestTroubleIsTheAdministrators(t *testing.T) {
	o := newOffice(t, nil)
	o.server = serverOver(t, o.desk, o.clock, o.logs, func(opt *Options) { opt.Reviver = heals{o.desk} })
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	agent := o.hire("agent@example.org", handoff.RoleAgent, nil, nil)
	for _, text := range []string{"secret and fine", "secret and broken"} {
		if err := o.desk.DeadTurn(t.Context(), handoff.Key{Channel: "web", Address: "6100"}, []byte(`{"text":"`+text+`"}`), errors.New("cannot cut")); err != nil {
			t.Fatal(err)
		}
	}
	list := o.do(call{path: "/api/v1/trouble", token: admin})
	items, _ := jsonOf(t, list)["items"].([]any)
	if len(items) != 2 || strings.Contains(list.Body.String(), "secret") || strings.Contains(list.Body.String(), "6100") {
		t.Fatalf("%s", list.Body)
	}
	s := o.spec()
	for _, fault := range s.check(s.at("paths", "/api/v1/trouble", "get", "responses", "200", "content", "application/json", "schema"), any(jsonOf(t, list)), "answer") {
		t.Error(fault)
	}
	id := fmt.Sprint(items[0].(map[string]any)["id"]) //nolint:errcheck,forcetypeassert // the shape was checked above
	post := func(path, token string) call {
		return call{method: http.MethodPost, path: "/api/v1/trouble" + path, token: token, body: strings.NewReader("{}")}
	}
	for _, path := range []string{"/retry_all", "/" + id + "/open", "/" + id + "/retry", "/" + id + "/discard"} {
		for who, token := range map[string]string{"a supervisor": o.token, "an agent": agent} {
			if w := o.do(post(path, token)); w.Code != http.StatusForbidden {
				t.Errorf("%s at %s: %d", who, path, w.Code)
			}
		}
	}
	if w := o.do(post("/"+id+"/open", admin)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "secret and broken") {
		t.Errorf("opened: %d %s", w.Code, w.Body)
	}
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "trouble.open"})
	if err != nil || len(log.Items) != 1 || log.Items[0].Subject != id || strings.Contains(string(log.Items[0].After), "secret") {
		t.Errorf("opening is not on record: %+v, %v", log, err)
	}
	if got := jsonOf(t, o.do(post("/retry_all", admin))); got["done"] != 1.0 || got["dead"] != 1.0 {
		t.Errorf("all: %v", got)
	}
	if got := jsonOf(t, o.do(post("/"+id+"/retry", admin))); got["done"] != 0.0 || got["dead"] != 1.0 {
		t.Errorf("one: %v", got)
	}
	if got := jsonOf(t, o.do(post("/"+id+"/discard", admin))); got["discarded"] != 1.0 {
		t.Errorf("discard: %v", got)
	}
	if w := o.do(post("/"+id+"/open", admin)); w.Code != http.StatusNotFound {
		t.Errorf("what was discarded: %d", w.Code)
	}
}
