package api

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// erases is an Eraser of the record alone.
type erases struct{ desk *handoff.Desk }

func (e erases) Erase(ctx context.Context, v handoff.Viewer, id uuid.UUID, typed string) (handoff.Erased, error) {
	return e.desk.EraseContact(ctx, v, id, typed)
}

func TestErasureIsTheAdministrators(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Eraser = erases{o.desk}
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	agent := o.hire("agent@example.org", handoff.RoleAgent, nil, nil)
	f := o.file("রহিম উদ্দিন", "drainage", 12)
	path := "/api/v1/contacts/" + f.contact.String()
	erase := func(token, body string) call {
		return call{method: http.MethodPost, path: path + "/erase", token: token, body: strings.NewReader(body)}
	}
	for who, token := range map[string]string{"a supervisor": o.token, "an agent": agent} {
		for _, verb := range []string{"/erase", "/export"} {
			if w := o.do(call{method: http.MethodPost, path: path + verb, token: token, body: strings.NewReader("{}")}); w.Code != http.StatusForbidden {
				t.Errorf("%s: %s %d", who, verb, w.Code)
			}
		}
	}
	wantFault(t, o.do(erase(admin, `{"confirm":"Karim"}`)), http.StatusBadRequest, "invalid", "confirm")
	wantFault(t, o.do(erase(admin, `{}`)), http.StatusBadRequest, "invalid", "confirm")
	if got := jsonOf(t, o.do(erase(admin, `{"confirm":"রহিম উদ্দিন"}`))); got["cases"] != 1.0 || got["messages"] != 2.0 || got["photos"] != 1.0 {
		t.Errorf("%v", got)
	}
	wantFault(t, o.do(erase(admin, `{"confirm":"erase"}`)), http.StatusConflict, "conflict", "")
	if got := o.get(path); got["name"] != "" {
		t.Errorf("%v", got)
	}

	o.person("boss2@example.org", "Boss", handoff.RoleAdministrator, nil, nil)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	anna, boss := o.enter("anna@example.org"), o.enter("boss2@example.org")
	wantPage(t, o.look(contactPath(f.contact)+"?lang=en", boss), http.StatusOK, "The personal data of this contact was erased today 09:30.")
	g := o.file("Selina Akter", "waste", 3)
	if w := o.look(contactPath(g.contact)+"?lang=en", anna); strings.Contains(w.Body.String(), "Erase") {
		t.Error("a supervisor is offered to erase")
	}
	wantPage(t, o.post(contactPath(g.contact)+"/erase", anna, url.Values{"confirm": {"Selina Akter"}}), http.StatusForbidden, "<h1>")
	wantPage(t, o.look(contactPath(g.contact)+"?lang=en", boss), http.StatusOK, "To confirm, type: Selina Akter")
	w := o.post(contactPath(g.contact)+"/erase", boss, url.Values{"confirm": {"Selina"}, "lang": {"en"}})
	wantPage(t, w, http.StatusUnprocessableEntity, "This is not what stands above. Nothing was erased.")
	wantPage(t, w, http.StatusUnprocessableEntity, `value="Selina"`)
	wantWay(t, o.post(contactPath(g.contact)+"/erase", boss, url.Values{"confirm": {"selina  akter"}}), contactPath(g.contact)+"?done=contact_erase")
	wantPage(t, o.look(auditPath+"?lang=en&kind=contact.erase", boss), http.StatusOK, "Personal data erased")
}

// unzipped are the files of an archive.
func unzipped(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("%v: %.200s", err, b)
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

func TestExportHoldsEverything(t *testing.T) {
	o := newCounter(t)
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	f, other := o.file("রহিম উদ্দিন", "drainage", 12), o.file("Karim", "waste", 3)
	o.server.opt.Photos = album{sha(f.photo): []byte("a picture"), sha(other.photo): []byte("another")}
	o.exec(`UPDATE photos SET status = 'kept'`)
	if err := o.desk.NoteContact(t.Context(), handoff.Viewer{AgentID: o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil).ID, Role: handoff.RoleSupervisor}, f.contact, "hard of hearing"); err != nil {
		t.Fatal(err)
	}
	w := o.do(call{method: http.MethodPost, path: "/api/v1/contacts/" + f.contact.String() + "/export", token: admin, body: strings.NewReader("{}")})
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/zip" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	files := unzipped(t, w.Body.Bytes())
	for name, want := range map[string]string{
		"contacts.json": "রহিম উদ্দিন", "messages.json": "ড্রেন উপচে পড়ছে", "cases.json": "Road 7", "notes.json": "hard of hearing", "identities.json": `"web"`,
		"photos/" + f.photo.String() + ".jpg": "view:a picture", "conversations.json": `"drainage"`, "audit_log.json": "contact.export",
	} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s lacks %q: %.300s", name, want, files[name])
		}
		var rows []map[string]any
		if strings.HasSuffix(name, ".json") && (json.Unmarshal([]byte(files[name]), &rows) != nil || len(rows) == 0) {
			t.Errorf("%s is no list: %.300s", name, files[name])
		}
	}
	for name, text := range files {
		if strings.Contains(text, "Karim") || strings.Contains(text, "another") || strings.Contains(text, "name_folded") || strings.Contains(text, "checkpoint") {
			t.Errorf("%s holds what it should not: %.300s", name, text)
		}
	}
	if log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "contact.export"}); err != nil || len(log.Items) != 1 || log.Items[0].Subject != f.contact.String() {
		t.Errorf("the export is not in the audit log: %+v, %v", log, err)
	}
	wantFault(t, o.do(call{method: http.MethodPost, path: "/api/v1/contacts/" + uuid.NewString() + "/export", token: admin}), http.StatusNotFound, "not_found", "")
	o.person("boss2@example.org", "Boss", handoff.RoleAdministrator, nil, nil)
	if files := unzipped(t, o.post(contactPath(f.contact)+"/export", o.enter("boss2@example.org"), nil).Body.Bytes()); files["contacts.json"] == "" {
		t.Error("the console's export is empty")
	}
}
