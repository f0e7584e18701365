package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// languageCookie remembers the language of a browser nobody is signed in at.
const languageCookie = "nagorik_staff_lang"

const yearSeconds = 365 * 24 * 60 * 60

// languageRoutes switch between Bangla and English.
func languageRoutes() []Route {
	return []Route{{
		Method: http.MethodPost, Path: "/console/language", Needs: Public, handle: (*Server).switchLanguage,
		Summary: "Switch the language of the pages", Type: html,
	}}
}

// language is the one a page is shown in: asked for this once by ?lang= or the
// form, the agent's own, the browser's last, or Bangla.
func language(c echo.Context) string {
	wanted := []string{c.Request().PostForm.Get("lang"), c.QueryParam("lang")}
	if agent, ok := signedIn(c); ok {
		wanted = append(wanted, agent.Language)
	}
	if cookie, err := c.Cookie(languageCookie); err == nil {
		wanted = append(wanted, cookie.Value)
	}
	for _, lang := range wanted {
		if slices.Contains(languages, lang) {
			return lang
		}
	}
	return languages[0]
}

func otherLanguage(lang string) string {
	return languages[(slices.Index(languages, lang)+1)%len(languages)]
}

// switchLanguage keeps the language for the browser and for who is signed in.
func (s *Server) switchLanguage(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	lang := form.Get("language")
	if !slices.Contains(languages, lang) {
		return badField("language", "must be bn or en")
	}
	s.rememberLanguage(c, lang)
	if agent, ok := signedIn(c); ok {
		if err := s.opt.Desk.SpeakTo(c.Request().Context(), agent.ID, lang); err != nil {
			return err
		}
	}
	back := form.Get("back")
	if strings.HasPrefix(back, signInPath) { // also a one-time link
		return c.Redirect(http.StatusSeeOther, signInBack(back))
	}
	if back = localPath(back); back == "" {
		back = "/console"
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// signInBack leads back to a page of signing in.
func signInBack(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "..") || strings.Contains(back, "\\") {
		return signInPath
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

func (s *Server) rememberLanguage(c echo.Context, lang string) {
	c.SetCookie(&http.Cookie{
		Name: languageCookie, Value: lang, Path: "/console", MaxAge: yearSeconds, HttpOnly: true,
		Secure: s.sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// withoutQuery takes values out of a path's query.
func withoutQuery(path string, names ...string) string {
	plain, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return plain
	}
	for _, name := range names {
		values.Del(name)
	}
	if len(values) == 0 {
		return plain
	}
	return plain + "?" + values.Encode()
}

// Say is a word with values put in for {name}: Say("key", "name", value, …).
func (p page) Say(key string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(p.Words[key])
}

// Number writes a whole number in the digits of the language.
func (p page) Number(n int) string { return p.digits(strconv.Itoa(n)) }

// Count writes a large number as people here group it: 12,34,567.
func (p page) Count(n int64) string { return bangla.Group(float64(n), p.Lang, 0) }

func (p page) digits(s string) string {
	if p.Lang != "bn" {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '০' + r - '0'
		}
		return r
	}, s)
}

// Day is a day of the city's calendar: 21 November 2026.
func (p page) Day(t time.Time) string {
	t = t.In(handoff.Dhaka())
	months := strings.Split(p.Words["months"], " ")
	return p.digits(strconv.Itoa(t.Day())) + " " + months[int(t.Month()-1)%len(months)] + " " + p.digits(strconv.Itoa(t.Year()))
}

// dateOf is the day of the city's calendar that a time falls on.
func dateOf(t time.Time) string { return t.In(handoff.Dhaka()).Format(time.DateOnly) }

// dayName is a day as people say it: today, yesterday, or its date.
func (p page) dayName(t time.Time) string {
	switch dateOf(p.now) {
	case dateOf(t):
		return p.Words["day_today"]
	case dateOf(t.AddDate(0, 0, 1)):
		return p.Words["day_yesterday"]
	default:
		return p.Day(t)
	}
}

// Clock is a time of day: 14:05.
func (p page) Clock(t time.Time) string {
	return p.digits(t.In(handoff.Dhaka()).Format("15:04"))
}

// When is a time as people say it: the time of day today, or the day with it.
func (p page) When(t time.Time) string {
	t = t.In(handoff.Dhaka())
	switch dateOf(p.now) {
	case dateOf(t):
		return p.Say("today_at", "time", p.Clock(t))
	case dateOf(t.AddDate(0, 0, 1)):
		return p.Say("yesterday_at", "time", p.Clock(t))
	default:
		return p.Day(t) + ", " + p.Clock(t)
	}
}

// Stamp is a time for programs, in the datetime of <time>.
func (p page) Stamp(t time.Time) string { return t.Format(time.RFC3339) }
