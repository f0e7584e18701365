package api

import (
	"log/slog"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/flows/place"
	"nagorik/handoff"
)

func TestWallInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	live, done := bot.NewLive(client, slog.New(slog.DiscardHandler)), make(chan struct{})
	t.Cleanup(func() { close(done) })
	d.server.opt.Live, d.server.opt.Done, d.server.opt.Wards = live, done, place.Sample()
	d.fillYear(3000)
	anna := d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("wall-"+lang, wallPath)
		for _, scheme := range []string{"light", "dark"} {
			d.Picture("wall-"+lang, 1920, 1080, scheme)
		}
	}
	d.Do(chromedp.EmulateViewport(1920, 1080))
	if small := d.Number(`Array.prototype.filter.call(document.querySelectorAll(".wall-n"), function (e) { return parseFloat(getComputedStyle(e).fontSize) < 40; }).length`); small > 0 {
		t.Errorf("%v figures are smaller than 40 pixels", small)
	}
	if over := d.Number(`document.documentElement.scrollHeight - 1080`); over > 0 {
		t.Errorf("the wall is %v pixels too high for the screen", over)
	}
	const opened = `document.querySelector(".wall-now li:nth-child(6) .wall-n").innerText`
	before := d.Text(opened)
	d.number += 10_000 // after those of the year
	f := d.file("রহিম উদ্দিন", "drainage", 12)
	hint := about(bot.HintMessage, f)
	hint.ID = d.clock.Now().UnixMicro()
	began := time.Now()
	for end := began.Add(patience); time.Now().Before(end) && d.Text(opened) == before; {
		_ = live.Publish(t.Context(), hint) // says that there is no Redis
	}
	if after := d.Text(opened); after == before || time.Since(began) > 2*time.Second {
		t.Errorf("%s became %s after %s", before, after, time.Since(began))
	}
	d.calm() // until now: from here on connections break
	d.lostAndFound()
	d.hangsAScreen(anna)
}

// lostAndFound cuts the wall off, and ends its session.
func (d *desktop) lostAndFound() {
	d.t.Helper()
	d.Script(`document.getElementById("wall-find").value = "রহিম"`)
	d.Script(`document.querySelector(".wall-n").dataset.old = "yes"`)
	d.away.Store(true)
	d.web.CloseClientConnections()
	d.See("that the connection is lost", `!document.getElementById("wall-lost").hidden && document.body.classList.contains("stale")`)
	d.Picture("wall-lost", 1920, 1080, "dark")
	d.away.Store(false)
	d.See("new figures", `document.getElementById("wall-lost").hidden && !document.querySelector(".wall-n").dataset.old`)
	if written := d.Text(`document.getElementById("wall-find").value`); written != "রহিম" {
		d.t.Errorf("what was being written became %q", written)
	}
	d.exec(`DELETE FROM staff_sessions`)
	d.web.CloseClientConnections()
	d.See("that the sign-in has ended", `document.querySelector(".wall-ended") && !document.querySelector(".wall-now")`)
	d.Picture("wall-signed-off", 1920, 1080, "dark")
	d.Fits("wall-signed-off", 390)
}

// hangsAScreen opens the wall by a link of its own.
func (d *desktop) hangsAScreen(anna handoff.Agent) {
	d.t.Helper()
	token, err := d.desk.AddWallLink(d.t.Context(), anna.Viewer(), "প্রবেশপথের হলঘর")
	if err != nil {
		d.t.Fatal(err)
	}
	d.Open(d.url + screenOpen + token)
	d.See("the wall", `location.pathname === "`+screenPath+`" && document.querySelector(".wall-now")`)
	d.Picture("wall-screen", 1920, 1080, "light")
	d.exec(`UPDATE wall_links SET ended_at = now()`)
	d.web.CloseClientConnections()
	d.See("that the link has ended", `document.querySelector(".wall-ended")`)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	d.visit("wall-links", wallLinksPath)
}
