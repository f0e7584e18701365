package public

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/flows"
)

const (
	languageCookie = "nagorik_lang"
	refLimit       = 100 // letters of a link's ref=

	// How often one network may open the page; thousands of phones may share it.
	visitsPerSecond = 50.0
	visitsBurst     = 500
)

// view is everything the page shows.
type view struct {
	Lang    string
	Other   string // the language to switch to
	Heading string
	Text    map[string]string
	Assets  map[string]string
	Lean    bool // the browser asks to save data: no web font
	Items   []item
	Choices []flows.Choice
	Wants   string
	Cursor  string
	Begin   bool   // nothing was said yet
	Post    string // the id of a form sent without script
	Ref     string
	Fault   string // in words
	Track   tracking
	Counts  bool   // there are figures to lead to
	Script  string // what the script needs, JSON
}

// item is one line of the chat, with the day above it where a new one begins.
type item struct {
	web.Shown
	Day    string // empty: the same as the line before
	DayKey string
	Clock  string
}

type pageTemplate = template.Template

func loadPage() (*pageTemplate, error) {
	t, err := template.New("page.html").Option("missingkey=error").ParseFS(files, "page.html")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return t, nil
}

// showPage is GET /.
func (s *site) showPage(c echo.Context) error {
	lang := s.language(c)
	v, err := s.view(c, lang)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.page.Execute(&b, v); err != nil {
		return fmt.Errorf("render the public page: %w", err)
	}
	return sendPage(c, http.StatusOK, lang, b.Bytes())
}

// language is the one switched to now or on an earlier visit.
func (s *site) language(c echo.Context) string {
	if lang := c.QueryParam("lang"); slices.Contains(languages, lang) {
		c.SetCookie(&http.Cookie{
			Name: languageCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if cookie, err := c.Cookie(languageCookie); err == nil && slices.Contains(languages, cookie.Value) {
		return cookie.Value
	}
	return defaultLanguage
}

func (s *site) view(c echo.Context, lang string) (view, error) {
	w := s.words[lang]
	v := view{
		Lang: lang, Other: other(lang), Text: w.Text, Assets: s.assets.links,
		Heading: strings.ReplaceAll(w.Text["heading"], "{city}", s.opt.City(lang)),
		Lean:    strings.EqualFold(c.Request().Header.Get("Save-Data"), "on"),
		Post:    rand.Text(),
		Ref:     cutRunes(c.QueryParam("ref"), refLimit),
		Fault:   w.Faults[c.QueryParam("fault")],
		Track:   s.track(c, lang),
		Counts:  s.countsShown(c.Request().Context()),
	}
	address := s.opt.Chat.Visit(c.Response(), c.Request())
	lines, fault := s.history(c, address)
	if fault != "" {
		v.Fault = w.Faults[fault]
	}
	v.show(w, lines, s.opt.Now())
	v.Begin = fault == "" && len(lines) == 0
	var err error
	if v.Script, err = w.script(lang); err != nil {
		return view{}, err
	}
	return v, nil
}

// history reads the lines to show; fault is the code of why there are none.
func (s *site) history(c echo.Context, address string) (lines []web.Shown, fault string) {
	if !s.visits.Allow(web.Network(remote(c)), s.opt.Now()) {
		return nil, "slow_down"
	}
	lines, err := s.opt.Chat.Lines(c.Request().Context(), address, "")
	if err != nil {
		s.opt.Log.Error("public page: history", "err", err)
		return nil, "trouble"
	}
	return lines, ""
}

// script is what the page's script says and writes by itself, as JSON.
func (w *words) script(lang string) (string, error) {
	b, err := json.Marshal(map[string]any{
		"lang": lang, "words": w.Script, "faults": w.Faults, "time": w.Time, "parts": w.Parts,
		"months": w.Months, "digits": w.Digits, "pin": w.Text["pin_sent"], "photo": w.Text["photo_alt"],
		"you": w.Text["you"], "city": w.Text["city"], "agent": w.Text["agent"],
	})
	if err != nil {
		return "", fmt.Errorf("encode the page's words: %w", err)
	}
	return string(b), nil
}

// show lays out the lines. The choices and the wish that stand are the latest
// ones nobody has answered yet.
func (v *view) show(w *words, lines []web.Shown, now time.Time) {
	last := ""
	for _, l := range lines {
		v.Cursor = l.Seq
		switch {
		case l.In:
			v.Choices, v.Wants = nil, ""
		case len(l.Choices) > 0 || l.Wants != "":
			v.Choices, v.Wants = l.Choices, l.Wants
		}
		if l.Text == "" && len(l.Photos) == 0 && l.Location == nil {
			continue
		}
		i := item{Shown: l, DayKey: dayKey(l.At), Clock: w.clock(l.At)}
		if i.DayKey != last {
			i.Day = w.day(l.At, now)
			last = i.DayKey
		}
		v.Items = append(v.Items, i)
	}
}

// other is the language the switch leads to.
func other(lang string) string {
	return languages[(slices.Index(languages, lang)+1)%len(languages)]
}
