package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
)

// pictured is an office with the sample city's flows that keeps photos on disk.
func pictured(t *testing.T) *office {
	t.Helper()
	o := hopper(t)
	store, err := photos.NewStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.server.opt.KeepPhoto = func(_ context.Context, photo []byte) (bot.Media, error) {
		kept, err := store.Keep(bytes.NewReader(photo))
		return bot.MediaOf(kept), err
	}
	return o
}

func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}

// upload sends a form with photos, by a cookie or by a token.
func (o *office) upload(path, cookie, token string, form url.Values, photos ...[]byte) *httptest.ResponseRecorder {
	o.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			_ = m.WriteField(name, value)
		}
	}
	for _, photo := range photos {
		part, _ := m.CreateFormFile(fieldPhoto, "after.png")
		_, _ = part.Write(photo)
	}
	_ = m.Close()
	header := map[string]string{"Content-Type": m.FormDataContentType()}
	if cookie != "" {
		header["Cookie"], header["Sec-Fetch-Site"] = cookie, "same-origin"
	}
	return o.do(call{method: http.MethodPost, path: path, token: token, body: &body, header: header})
}

func TestResolvingTakesAPhotoOnTheCasesPage(t *testing.T) {
	o := pictured(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, []string{"drainage"}, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, f.number)
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	cookie, stranger := o.enter("anna@example.org"), o.enter("waste@example.org")
	page := o.look(path+"?lang=en", cookie).Body.String()
	for _, text := range []string{`enctype="multipart/form-data"`, `type="file"`, "Photo after the work"} {
		if !strings.Contains(page, text) {
			t.Errorf("the form lacks %q", text)
		}
	}
	note := url.Values{"resolve_note": {"A new cover is on"}, "lang": {"en"}}
	kept := o.server.opt.KeepPhoto
	o.server.opt.KeepPhoto = func(context.Context, []byte) (bot.Media, error) {
		t.Error("a stranger's photo is kept")
		return bot.Media{}, errors.New("not for strangers")
	}
	if w := o.upload(path+"/resolve?lang=en", stranger, "", note, picture()); w.Code != http.StatusNotFound {
		t.Errorf("another team: %d", w.Code)
	}
	o.server.opt.KeepPhoto = kept
	many := make([][]byte, handoff.MostAfter+1)
	for i := range many {
		many[i] = picture()
	}
	for says, photos := range map[string][][]byte{
		"Add a photo taken after the work": {{}}, "not a photo": {[]byte("<svg/>")}, "At most 5": many,
	} {
		w := o.upload(path+"/resolve?lang=en", cookie, "", note, photos...)
		wantPage(t, w, http.StatusUnprocessableEntity, says)
		wantPage(t, w, http.StatusUnprocessableEntity, "A new cover is on</textarea>")
	}
	wantPage(t, o.post(path+"/resolve?lang=en", cookie, note), http.StatusUnprocessableEntity, "Add a photo taken after the work")
	wantPage(t, o.upload(path+"/resolve?lang=en", cookie, "", url.Values{"lang": {"en"}}, picture()), http.StatusUnprocessableEntity, "Write something")
	wantWay(t, o.upload(path+"/resolve?lang=en", cookie, "", note, picture()), path+"?done=case_resolve")
	w := o.look(path+"?lang=en", cookie)
	for _, text := range []string{"<h3>Before</h3>", "<h3>After</h3>", "Photo 1, after the work"} {
		wantPage(t, w, http.StatusOK, text)
	}
}

func TestResolvingTakesAPhotoFromPrograms(t *testing.T) {
	o := pictured(t)
	agent := o.hire("anna@example.org", handoff.RoleAgent, []string{"drainage"}, nil)
	stranger := o.hire("waste@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, f.number)
	path := fmt.Sprintf("/api/v1/cases/%d/resolve", f.number)
	note := url.Values{"note": {"A new cover is on"}}
	by := func(body io.Reader) *httptest.ResponseRecorder {
		return o.do(call{method: http.MethodPost, path: path, token: agent, body: body})
	}
	wantFault(t, by(strings.NewReader(`{"note":"A new cover is on"}`)), http.StatusBadRequest, "invalid", "photo")
	wantFault(t, o.upload(path, "", agent, note), http.StatusBadRequest, "invalid", "photo")
	wantFault(t, o.upload(path, "", agent, note, []byte("no photo")), http.StatusBadRequest, "invalid", "photo")
	wantFault(t, o.upload(path, "", agent, url.Values{"nota": {"x"}}, picture()), http.StatusBadRequest, "invalid", "nota")
	wantFault(t, o.upload(path, "", agent, nil, picture()), http.StatusBadRequest, "invalid", "note")
	wantFault(t, o.upload(path, "", stranger, note, picture()), http.StatusNotFound, "not_found", "")
	wantFault(t, o.upload(path, "", "", note, picture()), http.StatusUnauthorized, "unauthorized", "")
	w := o.upload(path, "", agent, note, picture(), picture())
	shown, _ := jsonOf(t, w)["photos"].([]any)
	if w.Code != http.StatusOK || len(shown) != 3 {
		t.Fatalf("resolved: %d %s", w.Code, w.Body)
	}
	after := 0
	for _, p := range shown {
		if p, _ := p.(map[string]any); p["after"] == true {
			after++
		}
	}
	if after != 2 {
		t.Errorf("%d of the photos are from after the work", after)
	}
	wantFault(t, o.upload(path, "", agent, note, picture()), http.StatusConflict, "conflict", "")
}

func TestWhoJoinedACaseIsListed(t *testing.T) {
	o := hopper(t)
	o.person("five@example.org", "Five", handoff.RoleAgent, nil, []int{5})
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	main, near, far := o.file("রহিম", "drainage", 5), o.file("Selina", "waste", 5), o.file("Jamal", "waste", 9)
	for _, f := range []filed{near, far} {
		o.exec(`INSERT INTO case_followers (case_number, contact_id, conversation_id, at) VALUES ($1, $2, $3, now())`, main.number, f.contact, f.conversation)
	}
	path := fmt.Sprintf("%s/%d?lang=en", casesPath, main.number)
	agent := o.look(path, o.enter("five@example.org"))
	for _, text := range []string{"Selina", "Jamal", "joined it", contactsPath + "/" + near.contact.String()} {
		wantPage(t, agent, http.StatusOK, text)
	}
	if strings.Contains(agent.Body.String(), far.contact.String()) {
		t.Error("an agent is led to a contact outside his wards")
	}
	wantPage(t, o.look(path, o.enter("boss2@example.org")), http.StatusOK, contactsPath+"/"+far.contact.String())
	got := fmt.Sprint(o.get(fmt.Sprintf("/api/v1/cases/%d", main.number))["followers"])
	if strings.Count(got, "by:joined") != 2 || !strings.Contains(got, "Selina") {
		t.Errorf("followers: %s", got)
	}
}
