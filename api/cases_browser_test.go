package api

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
)

// newCounterDesktop is the console in a browser, with the sample city's flows.
func newCounterDesktop(t *testing.T) *desktop {
	t.Helper()
	d := newDesktop(t, browsertest.Chromium(t))
	catalog := sampleCatalog(t)
	d.server.opt.Catalog = catalog
	d.server.opt.Teams = func(lang string) []Team {
		var teams []Team
		for _, id := range catalog().Teams() {
			teams = append(teams, Team{id, catalog().Team(id, lang)})
		}
		return teams
	}
	return d
}

// world puts a few days of a desk on record and returns a case with a past.
func (d *desktop) world(anna, kamal handoff.Agent) filed {
	d.t.Helper()
	f := d.file("রহিম উদ্দিন", "drainage", 12)
	for i, who := range []string{"Karim Sheikh", "সেলিনা পারভীন", "Jamal Hossain", "নাসরিন আক্তার"} {
		g := d.file(who, []string{"waste", "drainage", "streetlight", "mosquito"}[i], 3+i)
		d.exec(`UPDATE cases SET due_at = $2, status = $3 WHERE number = $1`, g.number, d.clock.Now().Add(time.Duration(i*20-30)*time.Hour),
			[]string{"new", "assigned", "reopened", "resolved"}[i])
	}
	d.exec(`UPDATE contacts SET phone = '+8801712345678', email = 'rahim@example.org', ward = 12, language = 'bn' WHERE id = $1`, f.contact)
	d.exec(`UPDATE cases SET answers = '{"trouble":["manhole"],"phone":"+8801712345678","ward":12,"detail":null,"place":{"lat":23.75,"lon":90.39,"text":"৭ নম্বর রাস্তা, মসজিদের সামনে"}}', place = '৭ নম্বর রাস্তা, মসজিদের সামনে' WHERE number = $1`, f.number)
	for _, told := range [][3]string{{"phone", "phone", "+8801712345678"}, {"holding_no", "text", "১২/ক"}} {
		d.exec(`INSERT INTO remembered (contact_id, slot, type, value, at) VALUES ($1, $2, $3, to_jsonb($4::text), $5)`, f.contact, told[0], told[1], told[2], d.clock.Now())
	}
	v := handoff.Viewer{AgentID: kamal.ID, Role: handoff.RoleSupervisor}
	ctx := d.t.Context()
	for _, do := range []func() (handoff.Case, error){
		func() (handoff.Case, error) {
			return d.desk.AssignCase(ctx, v, f.number, handoff.Assignment{Agent: anna.ID, Team: "drainage", Note: "পাম্প সঙ্গে নিন"})
		},
		func() (handoff.Case, error) { return d.desk.StartCase(ctx, v, f.number, "") },
		func() (handoff.Case, error) {
			return d.desk.NoteCase(ctx, v, f.number, "The cover is broken; a new one comes on Tuesday.")
		},
	} {
		if _, err := do(); err != nil {
			d.t.Fatal(err)
		}
		d.clock.Forward(3 * time.Hour)
	}
	return f
}

// settledWithPhotos is a resolved case with a photo from before and one from
// after the work, which somebody else has joined.
func (d *desktop) settledWithPhotos(follower filed) filed {
	d.t.Helper()
	f := d.file("মরিয়ম বেগম", "road", 7)
	before, after := sha(f.photo), strings.Repeat("c", 64)
	d.server.opt.Photos = gallery{before: {96, 84, 70, 255}, after: {70, 132, 108, 255}}
	d.server.opt.KeepPhoto = func(context.Context, []byte) (bot.Media, error) { return bot.Media{SHA256: after}, nil }
	d.exec(`INSERT INTO case_followers (case_number, contact_id, conversation_id, at) VALUES ($1, $2, $3, $4)`, f.number, follower.contact, follower.conversation, d.clock.Now())
	d.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, f.number)
	_, err := d.desk.ResolveCase(d.t.Context(), handoff.Viewer{Role: handoff.RoleSupervisor}, f.number, handoff.Resolution{Note: "গর্ত ভরাট করা হয়েছে।", Photos: []string{after}})
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

// gallery holds pictures of one colour that a browser can show; others are grey.
type gallery map[string]color.RGBA

func (g gallery) Open(sha string, _ photos.Size) (io.ReadSeekCloser, string, time.Time, error) {
	c, ok := g[sha]
	if !ok {
		c = color.RGBA{150, 150, 150, 255}
	}
	return openPhoto{bytes.NewReader(photograph(c))}, "image/png", time.Time{}, nil
}

// photograph is a picture of one colour.
func photograph(c color.RGBA) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

func TestCasesInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	anna := d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	kamal := d.person("kamal@example.org", "কামাল হোসেন", handoff.RoleAgent, nil, nil)
	f := d.world(anna, kamal)
	quiet := d.file("", "waste", 0)
	twin, main, joined := d.file("Selina", "waste", 12), d.file("রফিক", "streetlight", 3), d.file("Nasrin", "streetlight", 3)
	if _, _, err := d.desk.MatchCase(t.Context(), anna.Viewer(), joined.number, main.number); err != nil {
		t.Fatal(err)
	}
	settled := d.settledWithPhotos(joined)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("cases-"+lang, casesPath)
		d.visit("board-"+lang, casesPath+"?view=board")
		d.visit("case-like-"+lang, fmt.Sprintf("%s/%d", casesPath, twin.number))
		d.visit("case-after-"+lang, fmt.Sprintf("%s/%d", casesPath, settled.number))
		d.visit("case-main-"+lang, fmt.Sprintf("%s/%d", casesPath, main.number))
		d.visit("cases-filtered-"+lang, casesPath+"?ward=x&team=waste")
		d.visit("cases-none-"+lang, casesPath+"?q=nobody")
		d.visit("case-"+lang, path)
		d.Open(d.url + path)
		d.Script(`document.querySelector('form[action$="/resolve"]').noValidate = true; document.querySelector('form[action$="/resolve"] button').click()`)
		d.See("the fault", `document.querySelector("#resolve_note-fault")`)
		d.looks("case-fault-" + lang)
		d.Open(d.url + path)
		d.Script(`document.querySelector("#resolve_note").value = "A new cover is on"; document.querySelector('form[action$="/resolve"]').noValidate = true; document.querySelector('form[action$="/resolve"] button').click()`)
		d.See("the photo that is missing", `document.querySelector("#photo-fault") && document.querySelector("#resolve_note").value === "A new cover is on"`)
		d.looks("case-photo-" + lang)
		d.visit("guide-"+lang, guidePath)
		d.visit("contacts-"+lang, contactsPath+"?q=rahim")
		d.visit("contacts-none-"+lang, contactsPath+"?q=nobody")
		d.visit("contact-"+lang, contactPath(f.contact))
		d.visit("contact-quiet-"+lang, contactPath(quiet.contact))
	}
	d.Open(d.url + accountPath)
	d.Do(chromedp.SendKeys(chromedp.CSS("#find"), "10001"), chromedp.Click(chromedp.CSS(".find button")))
	d.See("the case", `location.pathname === "`+path+`"`)
	d.Open(d.url + path)
	d.Script(`document.querySelector('form[action$="/resolve"]').parentElement.open = true`)
	after := filepath.Join(t.TempDir(), "after.png")
	if err := os.WriteFile(after, picture(), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{after}), chromedp.SendKeys(chromedp.CSS("#resolve_note"), "A new cover is on"), chromedp.Click(chromedp.CSS(`form[action$="/resolve"] button`)))
	d.See("it is resolved", `document.querySelector(".done") && document.querySelector(".timeline .said").innerText === "A new cover is on"`)
	d.Open(d.url + casesPath)
	d.Script(`document.querySelector('input[name="number"]').click(); document.querySelector(".bulk").open = true`)
	d.looks("cases-bulk")
	d.Script(`document.querySelector("#to_agent").value = "` + kamal.ID.String() + `"; document.querySelector(".bulk button").click()`)
	d.See("it is assigned", `document.querySelector(".done")`)
	if w := d.look(path, d.enter("anna@example.org")); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	d.calm()
}
