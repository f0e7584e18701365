package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// keys fails when an object lacks one of the names.
func keys(t *testing.T, what string, object any, names string) map[string]any {
	t.Helper()
	m, ok := object.(map[string]any)
	if !ok {
		t.Fatalf("%s is %v", what, object)
	}
	for _, name := range strings.Fields(names) {
		if _, ok := m[name]; !ok {
			t.Errorf("%s lacks %s: %v", what, name, m)
		}
	}
	return m
}

// only returns the one item of a list.
func only(t *testing.T, what string, list any) any {
	t.Helper()
	items, ok := list.([]any)
	if !ok || len(items) != 1 {
		t.Fatalf("%s: %v", what, list)
	}
	return items[0]
}

func TestRecordHasTheShapesOfTheContract(t *testing.T) {
	o := newOffice(t, nil)
	f := o.file("রহিম", "drainage", 12)

	list := keys(t, "contacts", o.get("/api/v1/contacts?q=rahim"), "items next")
	contact := keys(t, "contact", only(t, "contacts", list["items"]), "id name phone email ward language identities")
	keys(t, "identity", only(t, "identities", contact["identities"]), "channel address")
	if contact["id"] != f.contact.String() || contact["name"] != "রহিম" || list["next"] != nil {
		t.Errorf("contact: %v", contact)
	}

	record := keys(t, "record", o.get("/api/v1/contacts/"+f.contact.String()), "id name identities remembered conversations cases notes staff")
	keys(t, "its case", only(t, "its cases", record["cases"]), "number flow status")
	keys(t, "its conversation", only(t, "its conversations", record["conversations"]), "id owner channel")

	list = o.get("/api/v1/conversations?owner=queue&team=drainage")
	keys(t, "conversation", only(t, "conversations", list["items"]), "id contact channel owner team reason opened_at")
	talk := keys(t, "conversation", o.get("/api/v1/conversations/"+f.conversation.String()), "id messages next")
	messages, _ := talk["messages"].([]any)
	if len(messages) != 2 {
		t.Fatalf("messages: %v", talk["messages"])
	}
	in := keys(t, "message", messages[0], "id direction author channel text attachments status at")
	out := keys(t, "message", messages[1], "id direction author channel text attachments status at choices")
	if in["direction"] != "in" || in["author"] != "contact" || in["text"] != "ড্রেন উপচে পড়ছে" || out["author"] != "bot" || out["status"] != "sending" {
		t.Errorf("messages: %v %v", in, out)
	}
	if attachments, _ := in["attachments"].([]any); len(attachments) != 3 {
		t.Errorf("photo, pin and sticker are not all there: %v", in["attachments"])
	}

	list = o.get("/api/v1/cases?status=new&flow=drainage&ward=12&kind=complaint&from=2026-11-23&to=2026-11-23&q=rahim")
	names := "number flow kind title status ward team agent answers photos contact opened_at due_at timeline"
	keys(t, "case", only(t, "cases", list["items"]), names)
	k := keys(t, "case", o.get(fmt.Sprintf("/api/v1/cases/%d", f.number)), names)
	if k["number"] != float64(f.number) || k["opened_at"] != "2026-11-23T09:30:00+06:00" || k["due_at"] != "2026-11-25T09:30:00+06:00" {
		t.Errorf("case: %v", k)
	}
	answers := keys(t, "answers", k["answers"], "what ward")
	if answers["ward"] != 12.0 {
		t.Errorf("answers: %v", answers)
	}
	who := keys(t, "contact of the case", k["contact"], "id name")
	if len(who) != 2 {
		t.Errorf("a contact inside others is more than id and name: %v", who)
	}
	photo := keys(t, "photo", only(t, "photos", k["photos"]), "id url type width height at")
	if photo["url"] != "/api/v1/photos/"+f.photo.String() {
		t.Errorf("photo: %v", photo)
	}
	keys(t, "timeline", only(t, "timeline", k["timeline"]), "at kind by text")
}

func TestDaysAreDaysOfDhaka(t *testing.T) {
	o := newOffice(t, nil)
	f := o.file("রহিম", "drainage", 12)
	// Half past midnight on the 24th in Dhaka is still the 23rd in UTC.
	if _, err := o.pool.Exec(t.Context(), "UPDATE cases SET opened_at = '2026-11-24T00:30:00+06:00' WHERE number = $1", f.number); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"from=2026-11-24": 1, "to=2026-11-23": 0, "from=2026-11-24&to=2026-11-24": 1, "from=2026-11-25": 0} {
		if items, _ := o.get("/api/v1/cases?" + query)["items"].([]any); len(items) != want {
			t.Errorf("%s: %d cases, want %d", query, len(items), want)
		}
	}
}

func TestPagesFollowNext(t *testing.T) {
	o := newOffice(t, nil)
	for i := range 7 {
		o.file(fmt.Sprintf("Citizen %d", i), "drainage", 12)
	}
	for _, path := range []string{"/api/v1/contacts?q=citizen&limit=2", "/api/v1/conversations?limit=2", "/api/v1/cases?flow=drainage&limit=2"} {
		seen := map[string]bool{}
		at := path
		for range 10 {
			page := o.get(at)
			items, _ := page["items"].([]any)
			for _, item := range items {
				m, _ := item.(map[string]any)
				id := fmt.Sprint(m["id"], m["number"])
				if seen[id] {
					t.Fatalf("%s: %s comes twice", path, id)
				}
				seen[id] = true
			}
			next, ok := page["next"].(string)
			if !ok {
				break
			}
			at = path + "&next=" + url.QueryEscape(next)
		}
		if len(seen) != 7 {
			t.Errorf("%s: %d of 7 rows", path, len(seen))
		}
	}
}

func TestAnotherTeamsAgentSeesNothing(t *testing.T) {
	o := newOffice(t, func(opt *Options) { opt.Photos = album{} })
	f := o.file("রহিম", "drainage", 12)
	token := o.hire("roads@example.org", handoff.RoleAgent, []string{"roads"}, nil)
	for _, path := range []string{"/api/v1/contacts", "/api/v1/contacts?q=rahim", "/api/v1/conversations", "/api/v1/cases", fmt.Sprintf("/api/v1/cases?q=%d", f.number)} {
		w := o.do(call{path: path, token: token})
		if items, ok := jsonOf(t, w)["items"].([]any); !ok || len(items) != 0 {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	for _, path := range []string{"contacts/" + f.contact.String(), "conversations/" + f.conversation.String(), fmt.Sprintf("cases/%d", f.number), "photos/" + f.photo.String()} {
		wantFault(t, o.do(call{path: "/api/v1/" + path, token: token}), http.StatusNotFound, "not_found", "")
	}
}

func TestHostileInputIsRefusedOrFindsNothing(t *testing.T) {
	o := newOffice(t, func(opt *Options) { opt.Photos = album{} })
	o.file("রহিম", "drainage", 12)
	hostile := []string{
		"\x00", "a\x00b", "\xff\xfe", "%", "_", `\`, "'; DROP TABLE cases; --", strings.Repeat("ন", 100_000/3), strings.Repeat("1", 5000),
		"-1", "0", "9223372036854775808", "1e9", "NaN", "🙏🏾", "\u202e", "null", "{}", "../../etc/passwd", "2026-13-45", "0000-00-00", "999999-01-01",
	}
	lists := map[string]string{"contacts": "q next limit", "conversations": "owner team open next limit", "cases": "status flow ward kind from to q next limit"}
	for list, names := range lists {
		for _, name := range strings.Fields(names) {
			for _, value := range hostile {
				w := o.do(call{path: "/api/v1/" + list + "?" + name + "=" + url.QueryEscape(value), token: o.token})
				if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
					t.Errorf("%s?%s=%.20q: %d %s", list, name, value, w.Code, w.Body)
				}
			}
		}
	}
	for _, kind := range []string{"contacts", "conversations", "cases", "photos"} {
		for _, value := range append(hostile, "00000000-0000-0000-0000-000000000000", "urn:uuid:"+uuid.NewString(), uuid.NewString()) {
			w := o.do(call{path: "/api/v1/" + kind + "/" + url.PathEscape(value), token: o.token})
			if w.Code != http.StatusNotFound && w.Code != http.StatusOK {
				t.Errorf("%s/%.20q: %d %s", kind, value, w.Code, w.Body)
			}
		}
	}
	if strings.Contains(o.logs.String(), "level=ERROR") {
		t.Errorf("errors were logged: %s", o.logs)
	}
}

func TestFaultsNameTheirField(t *testing.T) {
	o := newOffice(t, nil)
	for query, field := range map[string]string{
		"contacts?limit=-1": "limit", "contacts?limit=0": "limit", "contacts?limit=201": "limit", "contacts?limit=many": "limit",
		"contacts?next=!": "next", "contacts?qq=x": "qq", "contacts?q=a&q=b": "q", "contacts?q=" + strings.Repeat("a", 201): "q",
		"conversations?owner=me": "owner", "conversations?open=perhaps": "open",
		"cases?status=lost": "status", "cases?kind=rant": "kind", "cases?ward=twelve": "ward", "cases?ward=0": "ward",
		"cases?from=yesterday": "from", "cases?to=2026-02-30": "to",
	} {
		t.Run(query[:min(len(query), 30)], func(t *testing.T) {
			wantFault(t, o.do(call{path: "/api/v1/" + query, token: o.token}), http.StatusBadRequest, "invalid", field)
		})
	}
}

func TestPhotoIsShownToThoseWhoMaySeeIt(t *testing.T) {
	store := album{}
	o := newOffice(t, func(opt *Options) { opt.Photos = store })
	f, heic, gone := o.file("রহিম", "drainage", 12), o.file("করিম", "drainage", 12), o.file("সালমা", "drainage", 12)
	store[sha(f.photo)], store[sha(heic.photo)] = []byte("pixels"), nil
	path := "/api/v1/photos/" + f.photo.String()
	w := o.do(call{path: path, token: o.token})
	if w.Code != http.StatusOK || w.Body.String() != "view:pixels" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600", "Vary": "Authorization"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if w := o.do(call{path: path + "?size=thumb", token: o.token}); w.Body.String() != "thumb:pixels" {
		t.Errorf("thumb: %d %s", w.Code, w.Body)
	}
	if w := o.do(call{path: path, token: o.token, header: map[string]string{"If-None-Match": w.Header().Get("ETag")}}); w.Code != http.StatusNotModified {
		t.Errorf("the same photo again: %d", w.Code)
	}
	if w := o.do(call{method: http.MethodHead, path: path, token: o.token}); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d, %d bytes", w.Code, w.Body.Len())
	}
	wantFault(t, o.do(call{path: path}), http.StatusUnauthorized, "unauthorized", "")
	wantFault(t, o.do(call{path: path + "?size=original", token: o.token}), http.StatusBadRequest, "invalid", "size")
	wantFault(t, o.do(call{path: "/api/v1/photos/" + heic.photo.String(), token: o.token}), http.StatusNotFound, "not_shown", "")
	wantFault(t, o.do(call{path: "/api/v1/photos/" + gone.photo.String(), token: o.token}), http.StatusNotFound, "not_found", "")
}

func TestDatabaseAwayIsNotAFaultOfOurs(t *testing.T) {
	o := newOffice(t, nil)
	o.get("/api/v1/cases") // the token is known from now on
	o.pool.Close()
	w := o.do(call{path: "/api/v1/cases", token: o.token})
	wantFault(t, w, http.StatusServiceUnavailable, "unavailable", "")
	if w.Header().Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
}

func TestAnswersAreNotKeptByProxies(t *testing.T) {
	o := newOffice(t, nil)
	w := o.do(call{path: "/api/v1/cases", token: o.token})
	if w.Header().Get("Cache-Control") != "no-store" || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%v", w.Header())
	}
}
