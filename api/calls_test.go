package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	desks "nagorik/bot/call"
	"nagorik/bot/photos"
	"nagorik/bot/spool"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/handofftest"
)

// callBot is the bot that runs the calls of an office.
func callBot(o *office, more ...bot.Channel) *bot.Bot {
	t := o.t
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = client.Close() })
	store, err := photos.NewStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	queue, err := spool.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = queue.Close() })
	catalog := o.server.opt.Catalog()
	b, err := bot.New(bot.Options{
		Desk: o.desk, Pool: o.pool, Redis: client, Channels: append(more, desks.New(handoff.ChannelPhone), desks.New(handoff.ChannelCounter)), Photos: store, Spool: queue, Broadcasts: broadcasts.New(o.pool, o.server.opt.Catalog, o.clock.Now),
		Catalogs: bot.NewCatalogs(catalog, func(context.Context, int64) (*flows.Catalog, error) { return catalog, nil }),
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: bot.NewMetrics(prometheus.NewRegistry()), Now: o.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := b.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	o.server.opt.KeepPhoto = func(_ context.Context, photo []byte) (bot.Media, error) {
		kept, err := store.Keep(bytes.NewReader(photo))
		return bot.MediaOf(kept), err
	}
	return b
}

// count is a number of the record.
func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.pool.QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

var (
	formID   = regexp.MustCompile(`name="id" value="([0-9a-f-]{36})"`)
	pickSent = regexp.MustCompile(`name="picks?" value="([^"]+)"`)
)

// answers sends an answer to the question on a page of a call and returns the
// next page.
func (o *office) answers(path, cookie, name, value string) *httptest.ResponseRecorder {
	o.t.Helper()
	page := o.look(path+"?lang=en", cookie).Body.String()
	id := formID.FindStringSubmatch(page)
	if id == nil {
		o.t.Fatalf("no form to answer %q in:\n%s", value, page)
	}
	if name == "pick" {
		for _, m := range pickSent.FindAllStringSubmatch(page, -1) {
			if strings.HasPrefix(m[1], value) || strings.Contains(m[1], "="+value+" ") {
				value = m[1]
			}
		}
	}
	wantWay(o.t, o.post(path+"/answer", cookie, url.Values{"id": {id[1]}, name: {value}}), path)
	return o.look(path+"?lang=en", cookie)
}

// begun is the path of the call that a form has begun.
func begun(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, callsPath+"/") {
		t.Fatalf("%d to %q: %s", w.Code, to, w.Body)
	}
	return to
}

func TestACallOpensACase(t *testing.T) {
	o := newTalkDesk(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, []string{"waste"}, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	cookie, other := o.enter("anna@example.org"), o.enter("kamal@example.org")
	path := begun(t, o.post(callsPath, cookie, url.Values{
		"name": {"Salma Begum"}, "phone": {"০১৭১২-৩৪৫৬৭৮"}, "ward": {"৫"}, "language": {"en"}, "channel": {"phone"}, "flow": {"drainage"}, "note": {"She was upset."},
	}))
	wantPage(t, o.look(newCallPath+"?lang=en", cookie), http.StatusOK, path) // not ended yet
	o.answers(path, cookie, "pick", "blocked")
	page := o.look(path, cookie).Body.String()
	if strings.Contains(page, `name="ward"`) || !strings.Contains(page, "<textarea") {
		t.Errorf("the ward that was told is asked again, or no place is:\n%s", page)
	}
	o.answers(path, cookie, "text", "School Road, beside the mosque")
	wantPage(t, o.look(path+"?lang=en", other), http.StatusOK, "A colleague is writing")
	wantWay(t, o.post(path+"/answer", other, url.Values{"id": {"x"}, "text": {"mine"}}), path) // and nothing happens
	o.sendsPhoto(path, cookie)
	o.answers(path, cookie, "pick", "!done")
	end := o.answers(path, cookie, "pick", "yes")
	wantPage(t, end, http.StatusOK, "Read this out")
	wantPage(t, end, http.StatusOK, "10001")
	if n := o.count(`SELECT count(*) FROM cases k JOIN conversations c ON c.id = k.conversation_id JOIN case_timeline l ON l.case_number = k.number
		WHERE k.number = 10001 AND k.channel = 'phone' AND k.ward = 5 AND k.team = 'drainage' AND c.called_by = $1 AND l.kind = 'opened' AND l.agent_id = $1 AND c.closed_at IS NOT NULL`, anna.ID); n != 1 {
		t.Errorf("%d cases as told, with the agent's name, want 1", n)
	}
	for what, sql := range map[string]string{
		"identity": `SELECT count(*) FROM identities WHERE channel = 'phone' AND address = '+8801712345678'`,
		"photo":    `SELECT count(*) FROM photos WHERE case_number = 10001`,
		"note":     `SELECT count(*) FROM messages WHERE kind = 'note' AND author = 'agent' AND text = 'She was upset.'`,
		"contact":  `SELECT count(*) FROM contacts WHERE phone = '+8801712345678' AND ward = 5 AND language = 'en'`,
		"audited":  `SELECT count(*) FROM audit_log WHERE what = 'conversation.call'`,
	} {
		if n := o.count(sql); n != 1 {
			t.Errorf("%s: %d, want 1", what, n)
		}
	}
	handofftest.Figures(t, o.pool)
	if n := o.count(`SELECT count(*) FROM figures WHERE what = 'came' AND NOT monthly AND ward = -1 AND channel = 'phone' AND n = 1 AND total = 0`); n != 1 {
		t.Error("what a person has written down is not counted once, or as the bot's own")
	}
	// Anna's team is another, but what she wrote down she goes on seeing.
	id := strings.TrimPrefix(path, callsPath+"/")
	record := o.look(contactsPath+"?lang=en&q=salma", cookie)
	wantPage(t, record, http.StatusOK, "Salma Begum")
	w := o.look(talksPath+"/"+id+"?lang=en", other)
	wantPage(t, w, http.StatusOK, "She was upset.")
	wantPage(t, w, http.StatusOK, "Telephone")
	wantPage(t, o.look("/console/contacts/"+o.contactOf(id)+"?lang=en", other), http.StatusOK, "<li>Anna")
	wantWay(t, o.post(path+"/answer", cookie, url.Values{"id": {"late"}, "text": {"too late"}}), path)
	if n := o.count(`SELECT count(*) FROM conversations`); n != 1 {
		t.Errorf("an answer after the end has begun another conversation: %d", n)
	}
}

// contactOf is the contact of a conversation.
func (o *office) contactOf(conversation string) string {
	o.t.Helper()
	var id uuid.UUID
	if err := o.pool.QueryRow(o.t.Context(), `SELECT contact_id FROM conversations WHERE id = $1`, conversation).Scan(&id); err != nil {
		o.t.Fatal(err)
	}
	return id.String()
}

// onePixel is a whole photo.
var onePixel = func() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}()

// A photo that staff add says where it was taken, as one from the citizen does: the ward that was only remembered gives way.
func TestAPhotoOfACallBringsItsWard(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	keep := o.server.opt.KeepPhoto
	o.server.opt.KeepPhoto = func(ctx context.Context, photo []byte) (bot.Media, error) {
		kept, err := keep(ctx, photo)
		kept.Shot = &flows.Shot{Lat: 21.179665, Lon: 90.586219, At: o.clock.Now()} // ward 6 of the sample city
		return kept, err
	}
	path := begun(t, o.post(callsPath, cookie, url.Values{
		"name": {"Salma Begum"}, "phone": {"01712345678"}, "ward": {"5"}, "language": {"en"}, "channel": {"phone"}, "flow": {"drainage"},
	}))
	o.answers(path, cookie, "pick", "blocked")
	o.answers(path, cookie, "text", "School Road, beside the mosque")
	o.sendsPhoto(path, cookie)
	o.answers(path, cookie, "pick", "!done")
	wantPage(t, o.answers(path, cookie, "pick", "yes"), http.StatusOK, "10001")
	if n := o.count(`SELECT count(*) FROM cases WHERE number = 10001 AND ward = 6 AND ward_by = 'photo'`); n != 1 {
		t.Error("the case is not in the ward of its photo")
	}
}

// sendsPhoto uploads a photo, and before it something that is none.
func (o *office) sendsPhoto(path, cookie string) {
	o.t.Helper()
	for _, photo := range []struct {
		content []byte
		status  int
	}{{[]byte("no photo"), http.StatusUnprocessableEntity}, {onePixel, http.StatusSeeOther}} {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		_ = m.WriteField("id", handoff.NewID().String())
		part, _ := m.CreateFormFile("photo", "drain.png")
		_, _ = part.Write(photo.content)
		_ = m.Close()
		w := o.do(upload(path+"/answer", cookie, m.FormDataContentType(), &body))
		if w.Code != photo.status {
			o.t.Fatalf("a photo of %d bytes: %d %s", len(photo.content), w.Code, w.Body)
		}
	}
}

func upload(path, cookie, kind string, body io.Reader) call {
	return call{method: http.MethodPost, path: path, body: body, header: map[string]string{"Content-Type": kind, "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}}
}

// TestATypedPhoneLinksNothing: somebody new with a known number is asked about,
// and stays somebody new where the agent says so.
func TestATypedPhoneLinksNothing(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE contacts SET phone = '+8801712345678' WHERE id = $1`, f.contact)
	form := url.Values{"name": {"Rahim's son"}, "phone": {"01712345678"}, "channel": {"phone"}, "note": {"Asked about a fair."}, "lang": {"en"}}
	wantPage(t, o.post(callsPath, cookie, form), http.StatusOK, "contact="+f.contact.String())
	if n := o.count(`SELECT count(*) FROM conversations WHERE channel = 'phone'`); n != 0 {
		t.Fatalf("%d calls on record before the agent has said who it is", n)
	}
	wantWay(t, o.post(callsPath, cookie, url.Values{"contact": {f.contact.String()}, "channel": {"phone"}, "note": {"It was him."}}), contactPath(f.contact)+"?done=call_noted")
	form.Set("anyway", "yes")
	if w := o.post(callsPath, cookie, form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if n := o.count(`SELECT count(*) FROM identities WHERE channel = 'phone' AND (contact_id = $1) = (address = '+8801712345678')`, f.contact); n != 2 {
		t.Errorf("%d identities, want the number with him and the son apart", n)
	}
	for _, bad := range []struct{ name, value, says string }{
		{"phone", "12", "Write a phone number"}, {"ward", "x", "number of a ward"}, {"note", " ", "what it was about"}, {"channel", "fax", "not"}, {"name", " ", "1 to 100"},
	} {
		form := url.Values{"name": {"Jamal"}, "channel": {"counter"}, "note": {"x"}, "lang": {"en"}}
		form.Set(bad.name, bad.value)
		wantPage(t, o.post(callsPath, cookie, form), http.StatusUnprocessableEntity, bad.says)
	}
}

// TestACallIsEnded by hand, or by the next one of the same person.
func TestACallIsEnded(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	f := o.file("Rahim", "drainage", 12)
	form := url.Values{"contact": {f.contact.String()}, "channel": {"counter"}, "flow": {"holding_tax"}}
	first := begun(t, o.post(callsPath, cookie, form))
	second := begun(t, o.post(callsPath, cookie, form))
	wantPage(t, o.look(first+"?lang=en", cookie), http.StatusOK, "Over")
	wantWay(t, o.post(second+"/end", cookie, url.Values{"note": {"Comes again with the papers."}}), second)
	wantPage(t, o.look(second+"?lang=en", cookie), http.StatusOK, "Over")
	if n := o.count(`SELECT count(*) FROM messages WHERE kind = 'note' AND text LIKE 'Comes again%'`); n != 1 {
		t.Errorf("%d notes", n)
	}
	third := begun(t, o.post(callsPath, cookie, form))
	talk := talksPath + "/" + strings.TrimPrefix(third, callsPath+"/")
	o.exec(`UPDATE conversations SET owner = 'queue', queued_at = now(), version = version + 1 WHERE id = $1`, strings.TrimPrefix(third, callsPath+"/"))
	wantPage(t, o.look(third+"?lang=en", cookie), http.StatusOK, "waits in the inbox")
	wantWay(t, o.post(third+"/answer", cookie, url.Values{"id": {"y"}, "text": {"x"}}), third)
	wantWay(t, o.post(callsPath, cookie, form), talk+"?done=call_waits")
	wantWay(t, o.post(talk+"/take", cookie, url.Values{"sure": {"yes"}}), talk+"?done=talk_take")
	w := o.look(talk+"?lang=en", cookie)
	wantPage(t, w, http.StatusOK, "nobody reads an answer here")
	if strings.Contains(w.Body.String(), talk+"/reply") {
		t.Error("a call can be replied to")
	}
	o.server.opt.Talk = callBot(o)
	w = o.post(talk+"/reply", cookie, url.Values{"text": {"kept <b>"}, "lang": {"en"}})
	wantPage(t, w, http.StatusConflict, "kept &lt;b&gt;")
	if n := o.count(`SELECT count(*) FROM conversations WHERE channel = 'counter' AND closed_at IS NOT NULL AND called_by IS NOT NULL`); n != 2 {
		t.Errorf("%d ended, want 2", n)
	}
}

// records posts a call as a program.
func (o *office) records(body map[string]any) *httptest.ResponseRecorder {
	o.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.do(call{method: http.MethodPost, path: "/api/v1/calls", token: o.token, body: bytes.NewReader(b), header: map[string]string{"Content-Type": "application/json"}})
}

func TestAProgramRecordsACall(t *testing.T) {
	o := newTalkDesk(t)
	answers := map[string]any{"trouble": "blocked", "ward": 5, "place": "School Road, beside the mosque"}
	body := map[string]any{"name": "Salma", "phone": "01712345678", "language": "en", "channel": "phone", "flow": "drainage", "answers": answers}
	w := o.records(body)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	a := jsonOf(t, w)
	if said, _ := a["said"].([]any); a["case"] != float64(10001) || len(said) == 0 || !strings.Contains(fmt.Sprint(said...), "10001") {
		t.Errorf("answered %s", w.Body)
	}
	if n := o.count(`SELECT count(*) FROM cases WHERE number = 10001 AND answers->>'trouble' = 'blocked' AND ward = 5`); n != 1 {
		t.Error("the case is not as told")
	}
	wantFault(t, o.records(body), http.StatusConflict, "known", "phone")
	body["contact"] = a["contact"]
	delete(answers, "ward") // remembered
	if w := o.records(body); w.Code != http.StatusOK {
		t.Errorf("again: %d %s", w.Code, w.Body)
	}
	for _, bad := range []struct {
		field  string
		change func(map[string]any, map[string]any)
	}{
		{"answers.moon", func(_, a map[string]any) { a["moon"] = 1 }},
		{"answers.trouble", func(_, a map[string]any) { a["trouble"] = "cheese" }},
		{"answers.place", func(_, a map[string]any) { delete(a, "place") }},
		{"channel", func(b, _ map[string]any) { b["channel"] = "fax" }},
		{"flow", func(b, _ map[string]any) { b["flow"], b["answers"] = "moon", nil }},
		{"note", func(b, _ map[string]any) { b["flow"], b["answers"] = "", nil }},
		{"contact", func(b, _ map[string]any) { b["contact"] = "moon" }},
	} {
		given := map[string]any{"trouble": "blocked", "place": "School Road, beside the mosque"}
		sent := map[string]any{"contact": a["contact"], "channel": "phone", "flow": "drainage", "answers": given}
		bad.change(sent, given)
		wantFault(t, o.records(sent), http.StatusBadRequest, "invalid", bad.field)
	}
	if n := o.count(`SELECT count(*) FROM conversations WHERE channel = 'phone' AND closed_at IS NULL`); n != 0 {
		t.Errorf("%d calls are left open", n)
	}
}
