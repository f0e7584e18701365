package api

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// streamPath is where a page of somebody signed in hears what has changed, as
// server-sent events. Pages connect to it when something is heard of here; a part
// that is to be fetched anew says hx-trigger="sse:message".
const streamPath = "/console/stream"

// maxForm is the largest form of the console, in bytes.
const maxForm = 64 << 10

// navEntry is a line of the menu: a page that is one click away everywhere.
type navEntry struct {
	Key  string // of its word, and the name of its picture in views/icons.html
	Path string
}

// menu is every line of the menu, in order. A line shows once the route is in
// the table, to those who may open it.
func menu() []navEntry {
	return []navEntry{
		{"inbox", "/console/inbox"},
		{"mentions", mentionsPath},
		{"alarms", alarmsPath},
		{"cases", "/console/cases"},
		{"contacts", "/console/contacts"},
		{"replies", cannedPath},
		{"broadcasts", broadcastsPath},
		{"flows", flowsPath},
		{"registers", registersPath},
		{"wards", wardsPath},
		{"calls", newCallPath},
		{"dashboard", dashboardPath},
		{"spending", spendingPath},
		{"guide", "/console/guide"},
		{"audit", "/console/audit"},
		{"accounts", "/console/accounts"},
		{"retention", retentionPath},
		{"settings", settingsPath},
		{"trouble", troublePath},
	}
}

// navigation is the part of the menu that there are routes for.
func navigation(routes []Route) []navEntry {
	var lines []navEntry
	for _, line := range menu() {
		if _, ok := needsOf(routes, line.Path); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

// needsOf is what a page needs; false when there is no such page.
func needsOf(routes []Route, path string) (Permission, bool) {
	i := slices.IndexFunc(routes, func(r Route) bool { return r.Path == path && r.Method == http.MethodGet })
	if i < 0 {
		return "", false
	}
	return routes[i].Needs, true
}

// home is the first page of the menu that a role may open.
func (s *Server) home(role handoff.Role) string {
	for _, line := range s.nav {
		if needs, _ := needsOf(s.routes, line.Path); allows(role, needs) {
			return line.Path
		}
	}
	return accountPath
}

// page is what every page of the console knows. Views embed it.
type page struct {
	Lang    string
	Words   map[string]string
	Other   string // the other language
	Back    string // this page's path, to come back to after switching; empty: it cannot be shown again
	Icon    string
	Style   string
	Script  string
	Title   string
	City    string
	Nav     []navLine
	Signed  bool
	Agent   handoff.Agent // who is signed in
	Stream  string        // where to hear of changes; empty: nowhere
	Finder  string        // where the box in the frame searches; empty: there is none
	Done    string        // what has just been done, in words
	Unread  string        // how many notes of colleagues wait for the viewer; empty: none
	Alarms  string        // how many alarms are open; empty: none
	Trouble string        // how much waits for the administrator; empty: nothing

	now     time.Time
	phrases *phrases // what the flows say, in the language of the page; nil: English as it is
}

// navLine is a line of the menu as it is shown.
type navLine struct {
	navEntry
	Name string
	Here bool
}

// page begins a page whose title is the word with that key.
func (s *Server) page(c echo.Context, title string) page {
	lang := language(c)
	words := s.console.words[lang]
	p := page{
		Lang: lang, Words: words, Other: otherLanguage(lang), Icon: s.console.link("mark.svg"), Style: s.console.link("console.css"), Script: s.console.link("console.js"),
		Title: words[title], City: s.opt.City(lang), Done: words["done_"+c.QueryParam("done")], now: s.now(),
		phrases: s.console.phrases[lang],
	}
	if method := c.Request().Method; method == http.MethodGet || method == http.MethodHead {
		p.Back = withoutQuery(c.Request().URL.RequestURI(), "done", "lang")
	}
	p.Agent, p.Signed = signedIn(c)
	if !p.Signed {
		return p
	}
	if _, ok := needsOf(s.routes, streamPath); ok && s.opt.Live != nil {
		p.Stream = withQuery(streamPath, queryShown, strconv.FormatInt(s.now().UnixMicro(), 10))
	}
	if needs, ok := needsOf(s.routes, contactsPath); ok && allows(p.Agent.Role, needs) {
		p.Finder = contactsPath
	}
	for _, line := range s.nav {
		if needs, _ := needsOf(s.routes, line.Path); allows(p.Agent.Role, needs) {
			if c.Request().Header.Get("HX-Request") == "" {
				p.count(s, c, line)
			}
			here := c.Request().URL.Path == line.Path || strings.HasPrefix(c.Request().URL.Path, line.Path+"/")
			p.Nav = append(p.Nav, navLine{line, words["nav_"+line.Key], here})
		}
	}
	return p
}

// count fills in the number beside a line of the menu.
func (p *page) count(s *Server, c echo.Context, line navEntry) {
	switch line.Path {
	case mentionsPath:
		p.countUnread(s, c)
	case alarmsPath:
		p.countAlarms(s, c)
	case troublePath:
		p.countTrouble(s, c)
	}
}

// show writes a page whole or not at all.
func (s *Server) show(c echo.Context, status int, view string, v any) error {
	return s.showStyled(c, status, view, v, "")
}

// newNonce is a word that marks the styles of one answer as its own.
func newNonce() string { return rand.Text() }

// showStyled is show for a page whose script makes style sheets: those with
// the nonce are let in.
func (s *Server) showStyled(c echo.Context, status int, view string, v any, nonce string) error {
	var b bytes.Buffer
	if err := s.console.pages.ExecuteTemplate(&b, view, v); err != nil {
		return fmt.Errorf("show %s: %w", view, err)
	}
	h := c.Response().Header()
	policy := consolePolicy
	if nonce != "" {
		policy = strings.Replace(policy, "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1)
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	return c.HTMLBlob(status, b.Bytes())
}

// notice is a page that says one thing.
type notice struct {
	page
	Text   string
	Action *action // what to do about it; nil for nothing
}

// action is a link that looks like a button.
type action struct{ Path, Name string }

// showNotice says one thing, by the keys of its title and its text.
func (s *Server) showNotice(c echo.Context, status int, title, text string) error {
	v := notice{page: s.page(c, title)}
	v.Text = v.Words[text]
	v.Action = &action{"/console", v.Words["go_home"]}
	if !v.Signed {
		v.Action = &action{signInPath, v.Words["sign_in"]}
	}
	return s.show(c, status, "notice.html", v)
}

// showFault tells somebody at a page of the console what went wrong. Who is
// not signed in is led to the place for it, and back afterwards.
func (s *Server) showFault(c echo.Context, p *problem) error {
	title, text := "fault_title", "fault_text"
	if _, ok := signedIn(c); !ok && p.code != "unavailable" {
		_ = s.recognise(c) // only for the menu around the page; without it the page is as good
	}
	switch p.code {
	case "wall_ended":
		return s.showWallEnded(c, true)
	case "sign_in":
		if c.Request().URL.Path == wallPath && c.Request().Header.Get("HX-Request") != "" {
			return s.showWallEnded(c, false)
		}
		next := ""
		if c.Request().Method == http.MethodGet {
			next = localPath(c.Request().URL.RequestURI())
		}
		return c.Redirect(http.StatusSeeOther, withNext(signInPath, next))
	case "not_found", "method_not_allowed":
		title, text = "missing_title", "missing_text"
	case "too_many_requests":
		title, text = "slow_title", "slow_text"
	case "unavailable":
		title, text = "away_title", "away_text"
	case "busy":
		title, text = "away_title", "busy_text"
	case "forbidden":
		title, text = "forbidden_title", "forbidden_text"
		if p == errOrigin {
			title, text = "origin_title", "origin_text"
		}
	case "taken", "conflict":
		title, text = "conflict_title", "conflict_text"
	case "last_administrator":
		title, text = "last_title", "last_text"
	case "invalid", "bad_request":
		title, text = "invalid_title", "invalid_text"
	}
	return s.showNotice(c, p.status, title, text)
}

// consoleRoutes are the pages of the staff.
func consoleRoutes() []Route {
	return slices.Concat(assetRoutes(), signInRoutes(), invitationRoutes(), languageRoutes(), ownRoutes(), accountRoutes(), auditRoutes(), wardRoutes(), recordPages(), privacyPages(), talkPages(), mentionRoutes(), cannedRoutes(), callPages(), flowsRoutes(), draftRoutes(), tryRoutes(), manualRoutes(), newServiceRoutes(), flowFigureRoutes(), phraseRoutes(), textRoutes(), registerPages(), broadcastPages(), figurePages(), spendingPages(), screenRoutes(), wallLinkRoutes())
}
