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
	d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
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
	hint.ID = d.clock.now().UnixMicro()
	began := time.Now()
	for end := began.Add(patience); time.Now().Before(end) && d.Text(opened) == before; {
		_ = live.Publish(t.Context(), hint) // says that there is no Redis
	}
	if after := d.Text(opened); after == before || time.Since(began) > 2*time.Second {
		t.Errorf("%s became %s after %s", before, after, time.Since(began))
	}
	d.calm()
}
