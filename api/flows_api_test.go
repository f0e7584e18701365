package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"nagorik/handoff"
)

// send posts JSON as the supervisor.
func (w *workshop) send(path string, body any) call {
	w.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return call{method: http.MethodPost, path: path, token: w.token, body: bytes.NewReader(b), header: map[string]string{"Content-Type": "application/json"}}
}

func TestProgramsCheckPublishAndExport(t *testing.T) {
	w := newWorkshop(t)
	file := func(text string) []flowFile { return []flowFile{{"flows.yaml", text}} }
	broken, changed := file(w.changed("next: ask_ward", "next: ask_wart")), w.changed("      value: 500\n", "      value: 700\n")
	told := jsonOf(t, w.do(w.send("/api/v1/flows/check", checkBody{broken})))
	if told["sound"] != false {
		t.Errorf("%v", told)
	}
	if told := jsonOf(t, w.do(w.send("/api/v1/flows/check", checkBody{file(changed)}))); told["sound"] != true {
		t.Errorf("%v", told)
	}
	if r := w.do(w.send("/api/v1/flows", publishBody{broken, 1, "n"})); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "ask_wart") {
		t.Errorf("%d %.200s", r.Code, r.Body)
	}
	wantFault(t, w.do(w.send("/api/v1/flows", publishBody{file(changed), 1, ""})), http.StatusBadRequest, "invalid", "note")
	wantFault(t, w.do(w.send("/api/v1/flows", publishBody{file(changed), 7, "n"})), http.StatusConflict, "conflict", "")
	if told := jsonOf(t, w.do(w.send("/api/v1/flows", publishBody{file(changed), 1, "dearer"}))); told["version"] != 2.0 || w.began == nil || w.began.Version() != 2 {
		t.Errorf("%v", told)
	}
	list, _ := w.get("/api/v1/flows")["items"].([]any)
	newest, _ := list[0].(map[string]any)
	if len(list) != 2 || newest["note"] != "dearer" || newest["source"] != "console" || newest["files"] != nil {
		t.Errorf("%v", newest)
	}
	files, _ := w.get("/api/v1/flows/2")["files"].([]any)
	if f, _ := files[0].(map[string]any); f["text"] != changed || f["name"] != "flows.yaml" {
		t.Error("the text is another one")
	}
	wantFault(t, w.do(call{path: "/api/v1/flows/99", token: w.token}), http.StatusNotFound, "not_found", "")
	agent := w.hire("rina@example.org", handoff.RoleAgent, nil, nil)
	wantFault(t, w.do(call{path: "/api/v1/flows", token: agent}), http.StatusForbidden, "forbidden", "")
}
