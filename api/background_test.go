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

func TestBackgroundWorkIsTheAdministrators(t *testing.T) {
	o := newOffice(t, nil)
	work, err := background.New(background.Options{Pool: o.pool, Log: slog.New(slog.DiscardHandler), Tasks: []background.Task{
		{Name: "fold_figures", Every: time.Hour, Do: func(context.Context) error { return errors.New("the disk is full") }},
		{Name: "send_replies", Every: time.Hour, Here: true, Do: func(context.Context) error { return nil }},
	}})
	if err != nil {
		t.Fatal(err)
	}
	o.server = serverOver(t, o.desk, o.clock, o.logs, func(opt *Options) { opt.Background = work })
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	run := func(task, token string) int {
		return o.do(call{method: http.MethodPost, path: "/api/v1/background/" + task + "/run", token: token, body: strings.NewReader("{}")}).Code
	}
	if w := o.do(call{path: "/api/v1/background", token: o.token}); w.Code != http.StatusForbidden {
		t.Errorf("a supervisor lists: %d", w.Code)
	}
	if code := run("fold_figures", o.token); code != http.StatusForbidden {
		t.Errorf("a supervisor asks: %d", code)
	}
	for task, want := range map[string]int{"fold_figures": http.StatusOK, "send_replies": http.StatusNotFound, "nothing": http.StatusNotFound} {
		if code := run(task, admin); code != want {
			t.Errorf("run %s: %d, want %d", task, code, want)
		}
	}
	list := o.do(call{path: "/api/v1/background", token: admin})
	s := o.spec()
	body := jsonOf(t, list)
	for _, fault := range s.check(s.at("paths", "/api/v1/background", "get", "responses", "200", "content", "application/json", "schema"), any(body), "answer") {
		t.Error(fault)
	}
	items, _ := body["items"].([]any)
	if len(items) != 1 || !strings.Contains(list.Body.String(), `"task":"fold_figures","every_seconds":3600,"waiting":1,"running":0,"failed":0`) {
		t.Errorf("%s", list.Body)
	}
}
