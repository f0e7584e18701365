package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

// atDesk is a Talk whose verbs are the desk's own.
type atDesk struct {
	Talk
	desk *handoff.Desk
}

func (a atDesk) GoOnDuty(ctx context.Context, v handoff.Viewer, s handoff.Stated) (handoff.Present, error) {
	return a.desk.GoOnDuty(ctx, v, s)
}

func (a atDesk) GoOffDuty(ctx context.Context, v handoff.Viewer) (handoff.Present, error) {
	return a.desk.GoOffDuty(ctx, v)
}

// staffed is an office whose staff can come on duty.
func staffed(t *testing.T) *office {
	o := newOffice(t, nil)
	o.server = serverOver(t, o.desk, o.clock, o.logs, func(opt *Options) { opt.Talk = atDesk{desk: o.desk} })
	return o
}

func (o *office) postJSON(path, token, body string) map[string]any {
	o.t.Helper()
	w := o.do(call{method: http.MethodPost, path: path, token: token, body: strings.NewReader(body)})
	if w.Code != http.StatusOK {
		o.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	return jsonOf(o.t, w)
}

func TestDuty(t *testing.T) {
	o := staffed(t)
	rahima := o.hire("rahima@city.example", handoff.RoleAgent, []string{"waste"}, []int{3})
	on := o.postJSON("/api/v1/duty", rahima, `{"on":true,"capacity":2,"languages":["bn"]}`)
	if on["on_duty"] != true || on["since"] != "2026-11-23T09:30:00+06:00" || on["capacity"] != 2.0 || on["open"] != 0.0 {
		t.Errorf("on duty: %v", on)
	}
	o.clock.Forward(time.Hour)
	again := o.postJSON("/api/v1/duty", rahima, `{"on":true}`)
	if again["since"] != on["since"] || again["capacity"] != 2.0 {
		t.Errorf("on duty again: %v", again)
	}
	items, _ := o.get("/api/v1/agents")["items"].([]any)
	if len(items) != 2 {
		t.Fatalf("agents: %v", items)
	}
	first := keys(t, "agent", items[0], "id name role teams wards languages on_duty since seen_at capacity open")
	if second := keys(t, "agent", items[1], "name"); first["on_duty"] != true || first["role"] != "agent" || second["on_duty"] != false || second["since"] != nil {
		t.Errorf("agents: %v", items)
	}
	off := o.postJSON("/api/v1/duty", rahima, `{"on":false}`)
	if off["on_duty"] != false || off["since"] != "2026-11-23T10:30:00+06:00" {
		t.Errorf("off duty: %v", off)
	}
}

func TestDutyFaults(t *testing.T) {
	o := staffed(t)
	for body, field := range map[string]string{``: "on", `{"capacity":3}`: "on", `{"on":true,"capacity":101}`: "capacity", `{"on":true,"languages":[""]}`: "languages", `{"off":true}`: "off"} {
		w := o.do(call{method: http.MethodPost, path: "/api/v1/duty", token: o.token, body: strings.NewReader(body)})
		wantFault(t, w, http.StatusBadRequest, "invalid", field)
	}
	wantFault(t, o.do(call{path: "/api/v1/agents"}), http.StatusUnauthorized, "unauthorized", "")
}

// Whoever calls is there; a call a minute is enough to know it.
func TestCallersAreSeen(t *testing.T) {
	o := staffed(t)
	o.postJSON("/api/v1/duty", o.token, `{"on":true}`)
	for _, pause := range []time.Duration{10 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		o.clock.Forward(pause)
		if items, _ := o.get("/api/v1/agents")["items"].([]any); keys(t, "agent", items[0], "on_duty")["on_duty"] != true {
			t.Fatalf("not seen: %v", items)
		}
	}
	o.clock.Forward(16 * time.Minute)
	staff, err := o.desk.Staff(t.Context(), handoff.Viewer{Role: handoff.RoleSupervisor})
	if err != nil || staff[0].OnDuty {
		t.Errorf("silent for 16 minutes and still there: %+v, %v", staff, err)
	}
}

func TestConversationsShowTheirPlaceInTheQueue(t *testing.T) {
	o := newOffice(t, nil)
	f := o.file("রহিম", "drainage", 12)
	if _, err := o.pool.Exec(t.Context(), `UPDATE conversations SET promised_at = $2, missed_at = $3, urgent = true WHERE id = $1`,
		f.conversation, o.clock.Now().Add(time.Hour), o.clock.Now().Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	list := o.get("/api/v1/conversations?owner=queue")
	c := keys(t, "conversation", only(t, "conversations", list["items"]), "queued_at promised_at missed_at urgent reason")
	if c["queued_at"] != "2026-11-23T09:30:00+06:00" || c["promised_at"] != "2026-11-23T10:30:00+06:00" || c["missed_at"] != "2026-11-23T11:30:00+06:00" || c["urgent"] != true || c["reason"] != "asked" {
		t.Errorf("%v", c)
	}
}
