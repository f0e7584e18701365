package api

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
	"nagorik/handoff/registers"
)

// newArchive is an office with registers.
func newArchive(t *testing.T) (*office, *registers.Store) {
	t.Helper()
	o := newCounter(t)
	store, err := registers.New(o.pool, t.TempDir(), o.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	o.server.opt.Registers = store
	return o, store
}

// sends posts a table as a form, by a cookie or else by the supervisor's token.
func (o *office) sends(path, cookie, name, file, text string) *httptest.ResponseRecorder {
	o.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("name", name); err != nil {
		o.t.Fatal(err)
	}
	if file != "" {
		part, err := w.CreateFormFile("file", file)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		o.t.Fatal(err)
	}
	header := map[string]string{"Content-Type": w.FormDataContentType(), "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
	if cookie == "" {
		header = map[string]string{"Content-Type": w.FormDataContentType(), "Authorization": "Bearer " + o.token}
	}
	return o.do(call{method: http.MethodPost, path: path, body: &b, header: header})
}

const licences = "Licence no.,Business,Mobile,Valid until\nTL-1,Karim Store,01712345678,30/06/2027\nTL-2,Rahima Tailors,,30/06/2026\n"

func TestSupervisorKeepsRegisters(t *testing.T) {
	o, store := newArchive(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("minister@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	agent, boss := o.enter("anna@example.org"), o.enter("minister@example.org")
	wantPage(t, o.look(registersPath, agent), http.StatusForbidden, "<h1>")
	wantPage(t, o.sends(registersPath, agent, "licences", "a.csv", licences), http.StatusForbidden, "<h1>")
	wantPage(t, o.look(registersPath+"?lang=en", boss), http.StatusOK, "There are no registers yet")
	for says, c := range map[string][3]string{
		"Use small English letters": {"Licences", "a.csv", licences},
		"neither CSV nor XLSX":      {"licences", "a.pdf", licences},
		"Choose a file.":            {"licences", "", ""},
		"“CSV UTF-8”":               {"licences", "a.csv", "no.\n\xff\xfe\n"},
	} {
		wantPage(t, o.sends(registersPath+"?lang=en", boss, c[0], c[1], c[2]), http.StatusUnprocessableEntity, says)
	}
	kept := o.sends(registersPath, boss, "licences", "a.csv", licences)
	version := kept.Header().Get("Location")
	if kept.Code != http.StatusSeeOther || !strings.HasPrefix(version, registersPath+"/versions/") {
		t.Fatalf("%d to %q", kept.Code, version)
	}
	first := o.look(version+"?lang=en", boss)
	says(t, first, "•••678", "columns to be chosen", "Karim Store", `value="valid_until"`)
	if strings.Contains(first.Body.String(), "1712345678") {
		t.Error("a telephone is shown whole")
	}
	chosen := url.Values{"key": {"0"}, "phone": {""}, "proof": {"yes"}, "name_1": {"business"}, "type_1": {"text"}, "name_2": {""}, "type_2": {"text"}, "name_3": {"valid_until"}, "type_3": {"date"}, "open_3": {"yes"}}
	wantPage(t, o.post(version+"/load?lang=en", boss, chosen), http.StatusUnprocessableEntity, "choose the column with the phone")
	chosen.Set("name_1", "Business")
	chosen.Del("proof")
	wantPage(t, o.post(version+"/load?lang=en", boss, chosen), http.StatusUnprocessableEntity, `aria-invalid="true"`)
	chosen.Set("name_1", "business")
	wantWay(t, o.post(version+"/load", boss, chosen), version)
	says(t, o.look(version+"?lang=en", boss), "waits to be loaded", `hx-trigger="every 1s"`, "Look again")
	if err := store.Turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	says(t, o.look(version+"?lang=en", boss), "in force", "2 rows", "{row.valid_until}", "left out")
	says(t, o.look(registersPath+"?lang=en", boss), "licences", ">2</td>")
	says(t, o.look(auditPath+"?lang=en", boss), "Table uploaded", "Table put in force")
	wantPage(t, o.post(version+"/cancel", boss, nil), http.StatusNotFound, "<h1>")
	list, err := store.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	register := registersPath + "/" + list[0].ID.String()
	says(t, o.look(register+"?lang=en", boss), "No service looks into it", "a.csv")
	wantWay(t, o.post(register+"/delete", boss, nil), registersPath+"?done=register_deleted")
	wantPage(t, o.look(version, boss), http.StatusNotFound, "<h1>")
}

func TestProgramUploadsARegister(t *testing.T) {
	o, store := newArchive(t)
	w := o.sends("/api/v1/registers", "", "licences", "a.csv", licences+"TL-2,again,,\n")
	var v registerVersionAnswer
	read := func(w *httptest.ResponseRecorder) {
		t.Helper()
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
	}
	read(w)
	of := "/api/v1/registers/versions/" + v.ID.String()
	asks := func(method, path, body string) *httptest.ResponseRecorder {
		return o.do(call{method: method, path: path, body: strings.NewReader(body), header: map[string]string{"Authorization": "Bearer " + o.token}})
	}
	read(asks(http.MethodPost, of+"/load", `{}`))
	if err := store.Turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	read(asks(http.MethodGet, of, ""))
	if v.Status != "loaded" || v.InForce || v.Rows != 2 || v.Faults != 1 || v.First[0] != (registerFault{4, "Licence no.", "repeated"}) {
		t.Fatalf("loaded: %+v", v)
	}
	read(asks(http.MethodPost, of+"/use", ""))
	if !v.InForce {
		t.Errorf("asked to use it: %+v", v)
	}
	if w := asks(http.MethodGet, "/api/v1/registers", ""); !strings.Contains(w.Body.String(), `"name":"licences"`) || !strings.Contains(w.Body.String(), `"rows":2,`) {
		t.Errorf("listed: %s", w.Body)
	}
	wantFault(t, o.sends("/api/v1/registers", "", "Licences", "a.csv", licences), http.StatusBadRequest, "invalid", "name")
}

func TestServiceWithoutItsRegisterIsRefused(t *testing.T) {
	w := newWorkshop(t)
	store, err := registers.New(w.pool, t.TempDir(), w.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.server.opt.Registers = store
	anna := w.enter("anna@example.org")
	draft := w.form(1, w.changed("        none: ask_book_number\n        absent: check_dues\n", "        none: ask_book_number\n"))
	draft.Set("then", "publish")
	w.post(draftPath, anna, draft)
	review := w.look(english(draftPath+"/publish"), anna)
	says(t, review, "cannot be published", "there is no register", "upload it first")
	refused := w.post(english(draftPath+"/publish"), anna, url.Values{"base": {"1"}, "note": {"dues"}})
	wantPage(t, refused, http.StatusUnprocessableEntity, "upload it first")
}
