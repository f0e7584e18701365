package api

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
)

// newPhotoDesk is a desk that keeps photos and links to them.
func newPhotoDesk(t *testing.T) *office {
	t.Helper()
	o := newTalkDesk(t)
	store, err := photos.NewStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.server.opt.Photos = store
	o.server.opt.PhotoLinks = photos.NewLinks("https://city.example", []byte("a key of the tests that nobody else has"), o.clock.Now)
	o.server.opt.KeepPhoto = func(_ context.Context, photo []byte) (bot.Media, error) {
		kept, err := store.Keep(bytes.NewReader(photo))
		return bot.MediaOf(kept), err
	}
	return o
}

func smallJPEG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// parts are a form with files, and its media type.
func parts(t *testing.T, values map[string]string, files ...[]byte) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range values {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		part, err := w.CreateFormFile("photo", "road.jpg")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(file) //nolint:errcheck // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// send posts a form with files as a browser does.
func (o *office) send(path, cookie string, values map[string]string, files ...[]byte) *httptest.ResponseRecorder {
	o.t.Helper()
	body, media := parts(o.t, values, files...)
	return o.do(call{method: http.MethodPost, path: path + "?lang=en", body: body, header: map[string]string{
		"Content-Type": media, "Cookie": cookie, "Sec-Fetch-Site": "same-origin",
	}})
}

func TestReplyWithAPhoto(t *testing.T) {
	o := newPhotoDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie, path, photo := o.enter("anna@example.org"), talkPath(f), smallJPEG(t)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?done=talk_take")
	reply := path + "/reply"
	wantPage(t, o.send(reply, o.enter("waste@example.org"), nil, photo), http.StatusNotFound, "<h1>")
	wantPage(t, o.send(reply, cookie, map[string]string{"text": "typed <i>"}, []byte("<svg onload=x>")), http.StatusUnprocessableEntity, "typed &lt;i&gt;</textarea>")
	wantPage(t, o.send(reply, cookie, nil, []byte("GIF89a")), http.StatusUnprocessableEntity, "The photo cannot be used")
	wantPage(t, o.send(reply, cookie, nil, photo, photo), http.StatusUnprocessableEntity, "The photo cannot be used")
	wantPage(t, o.send(reply, cookie, map[string]string{"text": " "}), http.StatusUnprocessableEntity, "Write something")
	if n := o.count(`SELECT count(*) FROM messages WHERE author = 'agent'`); n != 0 {
		t.Fatalf("%d replies were sent that were refused", n)
	}
	wantWay(t, o.send(reply, cookie, map[string]string{"text": "It is mended.", "key": "k"}, photo), path+"?done=talk_reply")
	wantWay(t, o.send(reply, cookie, map[string]string{"key": "k2"}, photo), path+"?done=talk_reply")
	page := o.look(path, cookie).Body.String()
	own := regexp.MustCompile(`/console/photos/([0-9a-f-]{36})`).FindAllStringSubmatch(page, -1)
	if len(own) < 3 || !strings.Contains(page, "It is mended.") {
		t.Fatalf("the thread shows %d photos", len(own))
	}

	var id uuid.UUID
	if err := o.pool.QueryRow(t.Context(), `SELECT id FROM photos WHERE agent_id IS NOT NULL ORDER BY id LIMIT 1`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	link := strings.TrimPrefix(o.server.opt.PhotoLinks.Link(id), "https://city.example")
	w := o.do(call{path: link})
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || w.Body.Len() == 0 || bytes.Equal(w.Body.Bytes(), photo) {
		t.Errorf("the link shows %d, %s", w.Code, w.Header())
	}
	citizens := strings.TrimPrefix(o.server.opt.PhotoLinks.Link(f.photo), "https://city.example")
	for name, path := range map[string]string{"a citizen's own": citizens, "cut short": link[:len(link)-2], "made up": "/photo/" + strings.Repeat("A", 48)} {
		if w := o.do(call{path: path}); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "not here any more") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	o.clock.Forward(photos.LinkFor)
	if w := o.do(call{path: link}); w.Code != http.StatusNotFound {
		t.Errorf("after its time: %d", w.Code)
	}
}

func TestReplyWithAPhotoByProgram(t *testing.T) {
	o := newPhotoDesk(t)
	token := o.hire("t@example.org", handoff.RoleAgent, nil, nil)
	waste := o.hire("w@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	path := "/api/v1/conversations/" + f.conversation.String()
	if w := o.do(call{method: http.MethodPost, path: path + "/take", token: token}); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	post := func(token string, files ...[]byte) *httptest.ResponseRecorder {
		body, media := parts(t, map[string]string{"text": "mended"}, files...)
		return o.do(call{method: http.MethodPost, path: path + "/reply", token: token, body: body, header: map[string]string{"Content-Type": media}})
	}
	wantFault(t, post(waste, smallJPEG(t)), http.StatusNotFound, "not_found", "")
	wantFault(t, post(token, []byte("no photo")), http.StatusBadRequest, "invalid", "photo")
	if w := post(token, smallJPEG(t)); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	messages, _ := o.get(path)["messages"].([]any)
	last, _ := messages[len(messages)-1].(map[string]any)
	if list, _ := last["attachments"].([]any); last["text"] != "mended" || len(list) != 1 {
		t.Errorf("on record: %v", last)
	}
	o.server.opt.KeepPhoto = nil
	wantFault(t, post(token, smallJPEG(t)), http.StatusConflict, "no_photo", "")
}
