package api

import (
	"log/slog"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/handoff"
)

func TestInboxInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	live, done := bot.NewLive(client, slog.New(slog.DiscardHandler)), make(chan struct{})
	t.Cleanup(func() { close(done) })
	d.server.opt.Live, d.server.opt.Done, d.server.opt.Talk = live, done, deskTalk{d.desk}
	anna := d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	kamal := d.person("kamal@example.org", "কামাল হোসেন", handoff.RoleAgent, nil, nil)
	f := d.world(anna, kamal)
	d.exec(`UPDATE conversations SET urgent = true WHERE id = $1`, f.conversation)
	d.enters("anna@example.org", goodPassword)
	d.See("the inbox", `location.pathname === "`+inboxPath+`"`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("inbox-"+lang, inboxPath)
		d.visit("inbox-none-"+lang, inboxPath+"?channel=sms")
		d.visit("conversation-waits-"+lang, talkPath(f))
	}
	d.Do(chromedp.Click(chromedp.CSS(`form[action$="/take"] button`)))
	d.See("the reply form", `document.querySelector("#text")`)
	for _, sql := range []string{
		`UPDATE messages SET status = 'failed', error = 'send: reject closed (10/2018278): the window for answers has closed' WHERE author = 'agent'`,
		`UPDATE messages SET status = 'unknown', error = 'send: unknown: the connection broke' WHERE author = 'agent' AND status = 'queued'`,
	} {
		if err := (deskTalk{d.desk}).Reply(t.Context(), anna.Viewer(), f.conversation, handoff.Written{Text: "আজ বিকেলে লোক যাবে।"}); err != nil {
			t.Fatal(err)
		}
		d.exec(sql)
	}
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("conversation-"+lang, talkPath(f))
	}
	if err := d.desk.SaveCanned(t.Context(), anna.Viewer(), handoff.CannedReply{
		Title: "লোক যাবে", Bangla: "{name}, {ward} নম্বর ওয়ার্ডে আজ লোক যাবে। – {agent}", English: "{name}, people come to ward {ward} today. – {agent}",
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.desk.NoteTalk(t.Context(), kamal.Viewer(), f.conversation, handoff.NoteOnTalk{Text: "@রহিমা খাতুন আগেও একই অভিযোগ এসেছিল, দেখবেন।"}); err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("mentions-"+lang, mentionsPath)
		d.visit("replies-"+lang, cannedPath)
		d.visit("conversation-noted-"+lang, talkPath(f))
	}
	d.Open(d.url + talkPath(f))
	d.Script(`document.querySelector(".thumbs a").click()`)
	d.See("the photo, large", `document.querySelector("#viewer").open && document.querySelector("#viewer img").getAttribute("src")`)
	d.Script(`document.querySelector("#viewer [data-turn]").click()`)
	d.See("it turned", `document.querySelector("#viewer img").dataset.turns === "1"`)
	d.Script(`document.querySelector("#viewer [data-close]").click()`)
	d.Script(`document.querySelector("#canned-list").closest("details").open = true`)
	d.Do(chromedp.SendKeys(chromedp.CSS("#canned-find"), "no such reply"))
	d.See("nothing left", `document.querySelectorAll("#canned-list li:not([hidden])").length === 0`)
	d.Script(`document.querySelector("#canned-find").value = ""; document.querySelector("#canned-find").dispatchEvent(new Event("input"))`)
	d.Do(chromedp.Click(chromedp.CSS("#canned-list button")))
	d.See("the canned reply", `location.search.indexOf("talk_canned") > 0 && document.querySelector("#text").value.indexOf("আজ লোক যাবে") > 0`)
	d.Open(d.url + talkPath(f))
	d.Script(`document.querySelector("#text").value = ""`)
	d.Do(chromedp.SendKeys(chromedp.CSS("#text"), "half a sent"))
	if err := (deskTalk{d.desk}).Reply(t.Context(), anna.Viewer(), f.conversation, handoff.Written{Text: "From the telephone"}); err != nil {
		t.Fatal(err)
	}
	hint := about(bot.HintMessage, f)
	hint.ID = d.clock.Now().UnixMicro()
	// The page may connect after the first hint: it is told until it has heard.
	for end := time.Now().Add(patience); time.Now().Before(end) && d.Text(`document.querySelector("#thread").innerText.indexOf("From the telephone") > 0 ? "yes" : ""`) == ""; {
		_ = live.Publish(t.Context(), hint) // says that there is no Redis
	}
	d.See("what was said meanwhile", `document.querySelector("#thread").innerText.indexOf("From the telephone") > 0`)
	d.See("what was typed", `document.querySelector("#text").value === "half a sent"`)
	kept := func() bool {
		text, err := d.desk.Draft(t.Context(), anna.Viewer(), f.conversation)
		return err == nil && text == "half a sent"
	}
	for end := time.Now().Add(patience); !kept() && time.Now().Before(end); {
		<-time.After(20 * time.Millisecond)
	}
	d.Open(d.url + talkPath(f))
	d.See("the draft", `document.querySelector("#text").value === "half a sent"`)
	d.Do(chromedp.SendKeys(chromedp.CSS("#text"), "ence"))
	d.Script(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true}))`)
	d.See("the reply", `document.querySelector(".done") && document.querySelector("#thread").innerText.indexOf("half a sentence") > 0`)
	d.calm()
}
