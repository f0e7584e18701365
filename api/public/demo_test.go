package public

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/flows/place"
)

// demo is a whole small city behind the page: a record, a store of photos and
// a bot that follows a script. It lets the page be seen and tried alone.
type demo struct {
	*httptest.Server
	chat *web.Web
	done chan struct{}

	office *office // answers when it is open; otherwise the bot follows a script

	counts shownCounts

	down   atomic.Bool // every connection breaks
	broken atomic.Bool // the history cannot be read

	mu     sync.Mutex
	lines  map[string][]web.Line
	steps  map[string]int
	lang   map[string]string
	seen   map[string]bool
	hints  map[string][]chan struct{}
	photos map[string][]byte
	posts  []bot.Event
	clock  time.Time
	began  time.Time // what the clock showed first
}

var errNoPhoto = errors.New("not a photo")

func newDemo(t testing.TB) *demo {
	t.Helper()
	return newDemoWith(t, func(*Options) {})
}

// newDemoWith is newDemo with other options.
func newDemoWith(t testing.TB, change func(*Options)) *demo {
	t.Helper()
	d := &demo{
		lines: map[string][]web.Line{}, steps: map[string]int{}, lang: map[string]string{}, seen: map[string]bool{},
		hints: map[string][]chan struct{}{}, photos: map[string][]byte{}, done: make(chan struct{}),
		clock: time.Now().Add(-time.Hour),
		began: time.Now().Add(-time.Hour),
	}
	chat, err := web.New(web.Options{
		PublicURL: "http://localhost:8080", Key: []byte("a key for demonstrations only 01"),
		Keep: d.keep, Open: d.open, History: d.history, Publish: d.publish, Subscribe: d.subscribe, Done: d.done,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.chat = chat
	e := echo.New()
	e.HideBanner = true
	e.Use(d.breakWhenDown)
	d.office = newOffice(t)
	opt := Options{
		Chat: chat, City: demoCity, Track: demoTrack, Log: slog.New(slog.DiscardHandler),
		Catalogs: bot.NewCatalogs(d.office.catalog, nil), Stand: d.stand, Counts: &d.counts, Wards: place.Sample(),
	}
	change(&opt)
	if err := Register(e, opt); err != nil {
		t.Fatal(err)
	}
	e.POST("/channels/web", d.post)
	d.Server = httptest.NewServer(e)
	t.Cleanup(func() { close(d.done); d.Close() })
	return d
}

func (d *demo) breakWhenDown(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if d.down.Load() {
			panic(http.ErrAbortHandler)
		}
		return next(c)
	}
}

func demoCity(lang string) string {
	if lang == "en" {
		return "Namunanagar"
	}
	return "নমুনানগর"
}

func demoTrack(_ context.Context, number int64, lang string) (Tracked, bool, error) {
	switch number {
	case 10234:
		t := Tracked{Service: "ড্রেন ও জলাবদ্ধতা", Status: "কাজ চলছে", UpdatedAt: time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)}
		if lang == "en" {
			t.Service, t.Status = "Drainage", "In progress"
		}
		return t, true, nil
	case 500:
		return Tracked{}, false, errors.New("no database")
	}
	return Tracked{}, false, nil
}

// post is the webhook route as the API has it.
func (d *demo) post(c echo.Context) error {
	body, err := io.ReadAll(io.LimitReader(c.Request().Body, 30<<20))
	if err != nil {
		return err
	}
	remote, _ := netip.ParseAddr(c.RealIP())
	u := *c.Request().URL
	u.Host = c.Request().Host
	delivery, err := d.chat.Receive(c.Request().Context(), bot.Call{Method: http.MethodPost, URL: &u, Header: c.Request().Header, Body: body, Remote: remote})
	if errors.Is(err, bot.ErrSignature) {
		return c.NoContent(http.StatusForbidden)
	}
	for _, e := range delivery.Events {
		d.turn(e)
	}
	for name, values := range delivery.Answer.Header {
		c.Response().Header()[name] = values
	}
	return c.Blob(delivery.Answer.Status, delivery.Answer.Type, delivery.Answer.Body)
}

// turn records what came and what the script says to it.
func (d *demo) turn(e bot.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[e.ProviderID] {
		return
	}
	d.seen[e.ProviderID] = true
	d.posts = append(d.posts, e)
	in := web.Line{Direction: "in", Author: "contact", ProviderID: e.ProviderID, Text: e.Text, Location: e.Location}
	for _, m := range e.Media {
		in.Photos = append(in.Photos, d.size(m.SHA256))
	}
	d.add(e.Address, in)
	if e.Kind == bot.EventStart {
		d.steps[e.Address] = 0
		d.lang[e.Address] = e.Lang
	}
	if d.office.open {
		d.office.answer(d, e)
	} else {
		d.answer(e)
	}
	d.poke(e.Address)
}

func (d *demo) answer(e bot.Event) {
	lang := d.lang[e.Address]
	if lang == "" {
		lang = "bn"
	}
	switch e.Text {
	case "English", "বাংলা":
		d.lang[e.Address] = map[string]string{"English": "en", "বাংলা": "bn"}[e.Text]
		d.add(e.Address, web.Line{Direction: "out", Author: "bot", Text: "OK: " + e.Text})
		return
	case "agent":
		d.add(e.Address, web.Line{Direction: "out", Author: "agent", AgentName: "রহিমা", Text: "আমি রহিমা। কীভাবে সাহায্য করতে পারি?"})
		return
	}
	script := demoScript[lang]
	for _, line := range script[d.steps[e.Address]%len(script)] {
		line.Direction, line.Author = "out", "bot"
		d.add(e.Address, line)
	}
	d.steps[e.Address]++
}

func (d *demo) add(address string, l web.Line) {
	l.Seq = fmt.Sprintf("%06d", len(d.lines[address])+1)
	l.ID = "m" + l.Seq
	d.clock = d.clock.Add(7 * time.Second)
	l.At = d.clock
	d.lines[address] = append(d.lines[address], l)
}

// say lets somebody of the staff, or the bot, write to everybody.
func (d *demo) say(l web.Line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.Direction = "out"
	for address := range d.lines {
		d.add(address, l)
		d.poke(address)
	}
}

func (d *demo) received() []bot.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]bot.Event(nil), d.posts...)
}

func (d *demo) keep(_ context.Context, photo []byte) (bot.Media, error) {
	if _, _, err := image.DecodeConfig(bytes.NewReader(photo)); err != nil {
		return bot.Media{}, errNoPhoto
	}
	sum := sha256.Sum256(photo)
	name := hex.EncodeToString(sum[:])
	d.mu.Lock()
	defer d.mu.Unlock()
	d.photos[name] = photo
	return bot.Media{SHA256: name}, nil
}

func (d *demo) size(sum string) web.KeptPhoto {
	config, _, err := image.DecodeConfig(bytes.NewReader(d.photos[sum]))
	if err != nil {
		return web.KeptPhoto{SHA256: sum}
	}
	return web.KeptPhoto{SHA256: sum, Width: config.Width, Height: config.Height}
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func (d *demo) open(sum string, _ bool) (io.ReadSeekCloser, string, time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	photo, ok := d.photos[sum]
	if !ok {
		return nil, "", time.Time{}, errNoPhoto
	}
	return memory{bytes.NewReader(photo)}, http.DetectContentType(photo), time.Time{}, nil
}

func (d *demo) history(_ context.Context, address, after string, limit int) ([]web.Line, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken.Load() {
		return nil, errors.New("no database")
	}
	var found []web.Line
	for _, l := range d.lines[address] {
		if l.Seq > after {
			found = append(found, l)
		}
	}
	if after == "" && len(found) > limit {
		found = found[len(found)-limit:]
	}
	return found[:min(limit, len(found))], nil
}

func (d *demo) publish(_ context.Context, address string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.poke(address)
	return nil
}

func (d *demo) poke(address string) {
	for _, h := range d.hints[address] {
		select {
		case h <- struct{}{}:
		default:
		}
	}
}

func (d *demo) subscribe(address string) (<-chan struct{}, func()) {
	h := make(chan struct{}, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hints[address] = append(d.hints[address], h)
	return h, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		for i, other := range d.hints[address] {
			if other == h {
				d.hints[address] = append(d.hints[address][:i], d.hints[address][i+1:]...)
				return
			}
		}
	}
}

func choices(titles ...string) (all []flows.Choice) {
	for _, t := range titles {
		all = append(all, flows.Choice{Title: t, Payload: "demo/" + strings.ToLower(t)})
	}
	return all
}

// demoScript is what the bot says at each step, by language.
var demoScript = map[string][][]web.Line{
	"bn": {
		{
			{Text: "স্বাগতম! নমুনানগর-এর নাগরিক সেবা। আমি স্বয়ংক্রিয় সহায়ক; দরকারে একজন কর্মী উত্তর দেবেন।\nতথ্য শুধু সেবার কাজে লাগবে। বন্ধ করতে STOP লিখুন।"},
			{Text: "কী দরকার?", Choices: choices("ড্রেন ও জলাবদ্ধতা", "ময়লা", "অভিযোগের খবর", "মানুষের সাথে কথা")},
		},
		{{Text: "ড্রেনের কী সমস্যা?", Choices: choices("পানি জমে আছে", "ড্রেন বন্ধ", "ঢাকনা নেই", "নোংরা পানি উপচে পড়ছে", "স্ল্যাব ভাঙা", "অন্য কিছু")}},
		{{Text: "সমস্যাটি এক-দুই লাইনে লিখুন।"}},
		{{Text: "ঠিক কোথায়? লোকেশন পাঠান, অথবা রোড, বাড়ি নম্বর ও কাছের চেনা জায়গা লিখুন।", Wants: flows.SlotLocation}},
		{{Text: "সমস্যার একটি ছবি দিন। মানুষের মুখ বা গাড়ির নম্বর না থাকলে ভালো। ছবি না থাকলে ‘বাদ’ চাপুন।", Wants: flows.SlotPhoto, Choices: choices("বাদ")}},
		{{Text: "ড্রেন বন্ধ, ওয়ার্ড ১২, মিরপুর রোড, জামে মসজিদের পাশে। জমা দেব?", Choices: choices("হ্যাঁ", "না")}},
		{{Text: "অভিযোগ জমা হয়েছে। নম্বর ১০২৩৪। দায়িত্বে: ড্রেনেজ বিভাগ। ২ দিনের মধ্যে এখানেই খবর পাবেন। নম্বরটি রেখে দিন; পরে শুধু নম্বর লিখলেই অবস্থা জানতে পারবেন।"}},
	},
	"en": {
		{
			{Text: "Welcome to Namunanagar citizen service. I am an automatic assistant; a person answers when needed.\nYour data is used only for this service. Type STOP to opt out."},
			{Text: "What do you need?", Choices: choices("Drainage", "Garbage", "Check a report", "Talk to a person")},
		},
		{{Text: "What is wrong with the drain?", Choices: choices("Standing water", "Blocked drain", "Cover is missing", "Sewage overflows", "Broken slab", "Something else")}},
		{{Text: "Describe the problem in a line or two."}},
		{{Text: "Where exactly? Send your location, or type the road, house number and a landmark.", Wants: flows.SlotLocation}},
		{{Text: "Send a photo of the problem, without faces or number plates if you can. No photo? Tap Skip.", Wants: flows.SlotPhoto, Choices: choices("Skip")}},
		{{Text: "Blocked drain, ward 12, Mirpur Road, next to the mosque. Submit?", Choices: choices("Yes", "No")}},
		{{Text: "Report submitted, No. 10234. Responsible: Drainage department. You will hear from us here within 2 days. Keep the number: send it any time to see the status."}},
	},
}
