package messenger_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/bot/messenger"
)

// The world of the fixtures.
const (
	fixtureSecret = "fixture-app-secret"
	fixturePage   = "104000000000001"
	fixtureApp    = "501000000000001"
	fixturePSID   = "6100000000000001"
)

var fixtureTime = time.UnixMilli(1795406400123).UTC()

func options() messenger.Options {
	return messenger.Options{
		PageID: fixturePage, PageToken: "page-token", AppSecret: fixtureSecret, VerifyToken: "verify-word", AppID: fixtureApp,
		Now: func() time.Time { return fixtureTime.Add(time.Second) },
	}
}

func newMessenger(t testing.TB, opt messenger.Options) *messenger.Messenger {
	t.Helper()
	m, err := messenger.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, path), v); err != nil {
		t.Fatal(err)
	}
}

// expectation asserts what one phrase of messenger_expect.json says.
type expectation func(t *testing.T, d bot.Delivery)

// expectations are by phrase; where a phrase leaves it to the file what
// exactly comes out, specials (below) adds to it.
var expectations = map[string]expectation{
	"admin notice: no reply":    skips("admin_text"),
	"unsupported":               other("unsupported"),
	"unsupported/share":         other("unsupported"),
	"audio":                     other("audio"),
	"video":                     other("video"),
	"file":                      other("file"),
	"drop":                      nothing,
	"drop, no crash":            nothing,
	"drop item":                 skips("unreadable"),
	"ignore unless IG enabled":  skips("other_object"),
	"accept with U+FFFD":        replaced,
	"accept with synthetic key": syntheticKey,
	"accept id as string, or drop; never 500": text("numeric id"),
	"accept": textAt(fixtureTime),
	"text | standby text | feed reaction | empty entry": mixedBatch,
	"order by timestamp":                       texts("first", "second"),
	"text | text | photo (ALL of messaging[])": threeEvents,
	"feedback":               skips("feedback"),
	"delivered":              receipt("delivered", "m_out_1"),
	"delivered <= watermark": receipt("delivered"),
	"read <= watermark":      receipt("read"),
	"text":                   anyText,
	"text+referral":          withRef("camp_1"),
	"text+reply_to":          replyTo("m_earlier_message"),
	"text (link fallback ignored or URL kept)":           text("দেখুন https://maps.app.goo.gl/abc123"),
	"text (outside 24h window: store, do not send)":      textAt(time.UnixMilli(1459991487970)),
	"text, time must be 2026 not 1970":                   textAt(fixtureTime.Truncate(time.Second)),
	"no-op after _a (same mid)":                          sameAs("duplicate_redelivery_a.json"),
	"one message":                                        texts("sent once"),
	"own echo (id as string)":                            ownEcho,
	"own echo: confirm delivery of out:42, no bot reply": ownEcho,
	"echo (agent or app; see app_id)":                    ownEcho, // all of them are of our app
	"echo of unknown origin: treat as human":             foreignEcho("no app id"),
	"human agent: pause the bot":                         foreignEcho("typed in Business Suite"),
	"store only (agent)":                                 standbyEcho,
	"ignore (own comment: loop!)":                        feed,
	"comment edit":                                       feed,
	"comment, author unknown":                            feed,
	"comment with photo":                                 feed,
	"comment removed":                                    feed,
	"visitor post":                                       feed,
	"ignore":                                             nothing,
	"ignore (message is a string)":                       nothing,
	"we own the thread":                                  skips("thread_control"),
	"1000 texts, 40 senders":                             thousand,
	"stored truncated or refused by own limit; body limit must be >= 3 MB": truncated,
	"photo":                              photos(1),
	"3 photos, one message":              photos(3),
	"location 23.7461,90.3742":           pin,
	"unsend: forget content of that mid": deletion,
	"edit of m_fixture0001":              edited,
	"operator alert":                     notice,
	"postback":                           postbackOrStart,
	"postback, no PSID (user_ref): cannot be answered by id": skips("user_ref"),
	"quick_reply":                 tapped,
	"quick_reply(\"\")":           tap("Skip", ""),
	"quick_reply e-mail":          text("a.user@example.org"),
	"quick_reply phone number":    text("+8801712345678"),
	"reaction removed":            skips("reaction"),
	"referral":                    started("x"),
	"referral (opens 24h window)": started("poster_ward-15"),
	"👍, no photo":                 thumb,
	"👍 once, no photo":            thumb,
}

// specials pin down single files beyond their phrase.
var specials = map[string]expectation{
	"bad_recipient_other_page.json":      skips("other_page"),
	"bad_trailing_garbage.json":          skips("not_json"),
	"bad_root_array.json":                skips("not_json"),
	"bad_deep_nesting_20000.json":        skips("unreadable"),
	"bad_entry_null.json":                skips("empty"),
	"bad_event_no_known_key.json":        skips("unknown_event"),
	"bad_sender_null.json":               skips("no_sender"),
	"meta_doc_curl_sample.json":          skips("unreadable"),
	"feed_comment_hide.json":             feed,
	"feed_reaction.json":                 feed,
	"handover_app_roles_no_sender.json":  skips("app_roles"),
	"optin_notification_messages.json":   skips("optin"),
	"text_en.json":                       text("Stagnant water behind the school, lots of mosquitoes"),
	"text_bn_digits.json":                text("আমার নম্বর ০১৭১২৩৪৫৬৭৮"),
	"text_bn_emoji.json":                 text("ধানমন্ডি ২৭ নম্বরে জমে থাকা পানিতে মশার লার্ভা দেখা যাচ্ছে 🦟😟"),
	"text_bn_emoji_utf8_literal.json":    text("ধানমন্ডি ২৭ নম্বরে জমে থাকা পানিতে মশার লার্ভা দেখা যাচ্ছে 🦟😟"),
	"text_bn_zwj_combining.json":         text("র\u200d\u09cd\u09af\u09beব রোড, ক্ষতি 👨\u200d👩\u200d👧\u200d👦 কা\u200c"),
	"text_2000.json":                     text(strings.Repeat("ক", 2000)),
	"text_escapes.json":                  text("<b>50% off</b> a@b.example http://x.example/?q=1&r=\"2\" \\ \t\n done"),
	"text_pretty_whitespace.json":        text("hello"),
	"text_unknown_extra_fields.json":     text("hi"),
	"postback_get_started.json":          started(""),
	"postback_get_started_referral.json": started("poster_ward-15"),
	"postback_icebreaker.json":           tap("How do I report?", "v1:ice:howto"),
	"postback_menu_bn.json":              tap("নতুন অভিযোগ", "v1:menu:new_report"),
	"quick_reply_text.json":              tap("হ্যাঁ", "v1:confirm:yes"),
	"quick_reply_title_differs.json":     tap("Standing water", "v1:cat:standing_water"),
	"image_gif.json":                     photoURL("https://scontent.xx.fbcdn.net/v/t1.15752-9/a.gif"),
	"bad_timestamp_float.json":           text("ts float"),
	"bad_timestamp_string.json":          text("ts string"),
}

// TestFixtures takes every body of the fixtures with its real signature.
func TestFixtures(t *testing.T) {
	var expect struct{ Files map[string]string }
	readJSON(t, "testdata/messenger_expect.json", &expect)
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil || len(files) == 0 || len(files) != len(expect.Files) {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(expect.Files), err)
	}
	m := newMessenger(t, options())
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			phrase := expect.Files[name]
			assert := expectations[phrase]
			if assert == nil {
				t.Fatalf("nothing asserts %q", phrase)
			}
			d, err := m.Receive(t.Context(), fixtureCall(t, name))
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, d)
			assert(t, d)
			if special := specials[name]; special != nil {
				special(t, d)
			}
		})
	}
}

// TestPhrasesAreUsed keeps the tables from holding what no file says.
func TestPhrasesAreUsed(t *testing.T) {
	var expect struct{ Files map[string]string }
	readJSON(t, "testdata/messenger_expect.json", &expect)
	used := make(map[string]bool)
	for _, phrase := range expect.Files {
		used[phrase] = true
	}
	for phrase := range expectations {
		if !used[phrase] {
			t.Errorf("no file is expected to be %q", phrase)
		}
	}
	for name := range specials {
		if _, err := os.Stat("testdata/webhooks/" + name); err != nil {
			t.Error(err)
		}
	}
}

// fixtureCall is a fixture as Meta would post it.
func fixtureCall(t testing.TB, name string) bot.Call {
	t.Helper()
	var signatures struct {
		AppSecret string `json:"app_secret"`
		Files     map[string]struct {
			SHA256 string `json:"X-Hub-Signature-256"`
			SHA1   string `json:"X-Hub-Signature"`
		}
	}
	readJSON(t, "testdata/meta_signatures.json", &signatures)
	if signatures.AppSecret != fixtureSecret {
		t.Fatalf("app secret %q", signatures.AppSecret)
	}
	signed, ok := signatures.Files["messenger/"+name]
	if !ok {
		t.Fatalf("%s has no signature", name)
	}
	h := http.Header{"X-Hub-Signature-256": {signed.SHA256}, "X-Hub-Signature": {signed.SHA1}}
	return bot.Call{Method: http.MethodPost, Header: h, Body: readFile(t, "testdata/webhooks/"+name)}
}

// wellFormed is what holds for every event of every fixture.
func wellFormed(t *testing.T, d bot.Delivery) {
	t.Helper()
	ids := make(map[string]bool)
	for i, e := range d.Events {
		if e.Channel != "messenger" || e.ProviderID == "" || e.At.IsZero() || e.At.Location() != time.UTC {
			t.Errorf("event %d: channel %q, id %q, at %v", i, e.Channel, e.ProviderID, e.At)
		}
		if (e.Address == "") != (e.Kind == bot.EventNotice) {
			t.Errorf("event %d: %s with address %q", i, e.Kind, e.Address)
		}
		if ids[string(e.Kind)+e.ProviderID] {
			t.Errorf("event %d: %s %q twice", i, e.Kind, e.ProviderID)
		}
		ids[string(e.Kind)+e.ProviderID] = true
		if i > 0 && e.At.Before(d.Events[i-1].At) {
			t.Errorf("event %d is out of order", i)
		}
		if !utf8.ValidString(e.Text) || strings.ContainsRune(e.Text, 0) {
			t.Errorf("event %d: text %.50q", i, e.Text)
		}
		if e.Other == "sticker" && len(e.Media) > 0 {
			t.Errorf("event %d: a sticker with photos", i)
		}
	}
	if d.Answer.Status != 0 {
		t.Errorf("answer %d", d.Answer.Status)
	}
}

func only(t *testing.T, d bot.Delivery, kind bot.EventKind) bot.Event {
	t.Helper()
	if len(d.Events) != 1 || d.Events[0].Kind != kind {
		t.Fatalf("want one %s, got %+v (skipped %v)", kind, d.Events, d.Skipped)
	}
	return d.Events[0]
}

func nothing(t *testing.T, d bot.Delivery) {
	if len(d.Events) != 0 || len(d.Skipped) != 1 {
		t.Errorf("events %+v, skipped %v", d.Events, d.Skipped)
	}
}

func skips(why string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if nothing(t, d); d.Skipped[why] != 1 {
			t.Errorf("skipped %v, want %s", d.Skipped, why)
		}
	}
}

func feed(t *testing.T, d bot.Delivery) { skips("feed")(t, d) }

func other(what string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if e := only(t, d, bot.EventMessage); e.Other != what || len(e.Media) > 0 || e.Address != fixturePSID {
			t.Errorf("%+v", e)
		}
	}
}

func anyText(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventMessage)
	if e.Text == "" || e.Tapped || e.Other != "" || e.Address != fixturePSID || !strings.HasPrefix(e.ProviderID, "m_") {
		t.Errorf("%+v", e)
	}
}

func text(want string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if anyText(t, d); d.Events[0].Text != want || d.Events[0].Payload != "" {
			t.Errorf("text %q, payload %q, want %q", d.Events[0].Text, d.Events[0].Payload, want)
		}
	}
}

func textAt(want time.Time) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if anyText(t, d); !d.Events[0].At.Equal(want) {
			t.Errorf("at %v, want %v", d.Events[0].At, want)
		}
	}
}

func texts(want ...string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		var got []string
		for _, e := range d.Events {
			got = append(got, e.Text)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("texts %q, want %q", got, want)
		}
	}
}

func replaced(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventMessage)
	if e.Text == "" || strings.Trim(e.Text, "\uFFFD") != "" {
		t.Errorf("text %q", e.Text)
	}
}

func syntheticKey(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventMessage)
	again, err := newMessenger(t, options()).Receive(t.Context(), fixtureCall(t, "bad_message_no_mid.json"))
	if err != nil || again.Events[0].ProviderID != e.ProviderID || !strings.HasPrefix(e.ProviderID, "nomid:") || e.Text != "no mid" {
		t.Errorf("%+v, then %+v, %v", e, again.Events, err)
	}
}

func mixedBatch(t *testing.T, d bot.Delivery) {
	if len(d.Events) != 2 || d.Events[0].Text != "m" || d.Events[0].Standby || d.Events[1].Text != "s" || !d.Events[1].Standby {
		t.Errorf("%+v", d.Events)
	}
	if d.Skipped["feed"] != 1 || d.Skipped["empty"] != 1 {
		t.Errorf("skipped %v", d.Skipped)
	}
}

func threeEvents(t *testing.T, d bot.Delivery) {
	texts("এক", "দুই", "")(t, d)
	if len(d.Events) != 3 || len(d.Events[2].Media) != 1 {
		t.Errorf("%+v", d.Events)
	}
}

func receipt(status string, mids ...string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		e := only(t, d, bot.EventReceipt)
		if e.Status != status || strings.Join(e.ProviderIDs, ",") != strings.Join(mids, ",") || !e.Watermark.Equal(fixtureTime) || !e.At.Equal(fixtureTime) {
			t.Errorf("%+v", e)
		}
	}
}

func withRef(ref string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if text("hello")(t, d); d.Events[0].Ref != ref {
			t.Errorf("%+v", d.Events[0])
		}
	}
}

func replyTo(mid string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if text("yes that one")(t, d); d.Events[0].ReplyTo != mid {
			t.Errorf("%+v", d.Events[0])
		}
	}
}

func sameAs(name string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		first, err := newMessenger(t, options()).Receive(t.Context(), fixtureCall(t, name))
		if err != nil || first.Events[0].ProviderID != d.Events[0].ProviderID {
			t.Errorf("%+v and %+v, %v", first.Events, d.Events, err)
		}
	}
}

// ownEcho is an echo of our app without our metadata: it only confirms.
func ownEcho(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventReceipt)
	if e.Status != "sent" || len(e.ProviderIDs) != 1 || !strings.HasPrefix(e.ProviderIDs[0], "m_fixture") || e.Address != fixturePSID {
		t.Errorf("%+v", e)
	}
}

func foreignEcho(words string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		e := only(t, d, bot.EventEcho)
		if e.MessageID != "" || e.Text != words || e.Address != fixturePSID || e.Standby {
			t.Errorf("%+v", e)
		}
	}
}

func standbyEcho(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventEcho); !e.Standby || e.MessageID != "" || e.Text != "we are sending a team" || e.Address != fixturePSID {
		t.Errorf("%+v", e)
	}
}

func thousand(t *testing.T, d bot.Delivery) {
	people := make(map[string]bool)
	for _, e := range d.Events {
		people[e.Address] = true
	}
	if len(d.Events) != 1000 || len(people) != 40 {
		t.Errorf("%d events of %d people", len(d.Events), len(people))
	}
}

func truncated(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventMessage); len(e.Text) != 20_000 {
		t.Errorf("%d bytes of text", len(e.Text))
	}
}

func photos(n int) expectation {
	return func(t *testing.T, d bot.Delivery) {
		e := only(t, d, bot.EventMessage)
		if len(e.Media) != n || e.Other != "" || e.Text != "" {
			t.Errorf("%+v", e)
		}
		for _, m := range e.Media {
			if !strings.HasPrefix(m.URL, "https://scontent.xx.fbcdn.net/") {
				t.Errorf("photo %+v", m)
			}
		}
	}
}

func photoURL(url string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if got := only(t, d, bot.EventMessage).Media[0].URL; got != url {
			t.Errorf("photo %s", got)
		}
	}
}

func pin(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventMessage); e.Location == nil || *e.Location != (bot.Location{Lat: 23.7461, Lon: 90.3742}) || e.Other != "" {
		t.Errorf("%+v", e)
	}
}

func deletion(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventDelete)
	if e.Target != "m_fixture0049_Zk3Q9vXr-AbCdEfGhIjKlMnOp" || e.ProviderID == e.Target {
		t.Errorf("%+v", e)
	}
}

func edited(t *testing.T, d bot.Delivery) {
	e := only(t, d, bot.EventEdit)
	if e.Target != "m_fixture0001" || e.Text != "Stagnant water behind the college" || e.ProviderID == e.Target {
		t.Errorf("%+v", e)
	}
}

func notice(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventNotice); e.Note != "policy enforcement: warning: x" {
		t.Errorf("%+v", e)
	}
}

func tapped(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventMessage); !e.Tapped || e.Text == "" || e.Payload == "" {
		t.Errorf("%+v", e)
	}
}

func tap(title, payload string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if e := only(t, d, bot.EventMessage); !e.Tapped || e.Text != title || e.Payload != payload {
			t.Errorf("%+v", e)
		}
	}
}

func postbackOrStart(t *testing.T, d bot.Delivery) {
	if len(d.Events) != 1 || d.Events[0].Address != fixturePSID || !strings.HasPrefix(d.Events[0].ProviderID, "m_fixture") {
		t.Errorf("%+v", d.Events)
	}
}

func started(ref string) expectation {
	return func(t *testing.T, d bot.Delivery) {
		if e := only(t, d, bot.EventStart); e.Ref != ref || e.Address != fixturePSID || e.Tapped {
			t.Errorf("%+v", e)
		}
	}
}

func thumb(t *testing.T, d bot.Delivery) {
	if e := only(t, d, bot.EventMessage); e.Other != "sticker" || e.Text != "👍" || len(e.Media) != 0 {
		t.Errorf("%+v", e)
	}
}
