package public

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/flows"
)

// The pages of the services, each a template with the frame around it.
const (
	pageServices = "services.html"
	pageService  = "service.html"
	pageUnknown  = "unknown.html"
)

// formPages are all pages with the frame around them.
var formPages = []string{pageServices, pageService, pageUnknown, pageCounts, pageUnsubscribe}

// frame is what all pages of services show around their own.
type frame struct {
	Lang    string
	Other   string // the language to switch to
	Path    string // of the page itself
	Heading string
	Title   string
	Text    map[string]string
	Assets  map[string]string
	Lean    bool
	Fault   string // in words
	Switch  string // what the bot is told when the language is switched; empty: nothing
	Post    string // the id of forms
}

// servicesView is GET /services.
type servicesView struct {
	frame
	Groups []serviceGroup
	Counts bool         // there are figures to lead to
	Open   *serviceLine // the service that was begun and waits for an answer
}

type serviceGroup struct {
	Title    string
	Services []serviceLine
}

type serviceLine struct {
	ID, Title, Line string
}

func loadForms() (map[string]*pageTemplate, error) {
	pages := make(map[string]*pageTemplate)
	for _, name := range formPages {
		t, err := template.New(name).Option("missingkey=error").ParseFS(files, name, "frame.html")
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		pages[name] = t
	}
	return pages, nil
}

// listServices is GET /services.
func (s *site) listServices(c echo.Context) error {
	lang := s.language(c)
	w, catalog := s.words[lang], s.opt.Catalogs.Current()
	v := servicesView{frame: s.frame(c, lang, w.Text["services"]), Counts: s.countsShown(c.Request().Context())}
	for _, g := range catalog.Services() {
		group := serviceGroup{Title: inLanguage(g.Title, lang)}
		for _, id := range g.Services {
			if catalog.Live(id, s.opt.Now()) {
				group.Services = append(group.Services, w.service(catalog, id, lang))
			}
		}
		if len(group.Services) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	if address, ok := s.opt.Chat.Address(c.Request()); ok {
		// who cannot be told where they stand still sees the list
		if st, fault := s.stand(c, address, lang); fault == "" {
			v.Open = w.open(catalog, st.now.Flow, lang)
		}
	}
	return s.send(c, http.StatusOK, lang, pageServices, v)
}

// service is a line about a service: whose it is, and until when it is settled.
func (w *words) service(catalog *flows.Catalog, id, lang string) serviceLine {
	f, _ := catalog.Flow(id) // one that is gone has no line
	line := serviceLine{ID: id, Title: strings.TrimSpace(inLanguage(f.Title, lang)), Line: catalog.Team(f.Team, lang)}
	hours := int((f.Target + time.Hour - 1) / time.Hour)
	switch {
	case hours == 0:
	case hours < 48:
		line.Line += w.with("line_hours", "{n}", w.number(strconv.Itoa(hours)))
	default:
		line.Line += w.with("line_days", "{n}", w.number(strconv.Itoa((hours+23)/24)))
	}
	return line
}

// open is the line about a service that waits for an answer, if one does.
func (w *words) open(catalog *flows.Catalog, id, lang string) *serviceLine {
	if _, ok := catalog.Flow(id); !ok {
		return nil
	}
	line := w.service(catalog, id, lang)
	return &line
}

// with is a text of the page with one thing filled in.
func (w *words) with(key, name, value string) string {
	return strings.ReplaceAll(w.Text[key], name, value)
}

// inLanguage is a title in a language, or in the page's usual one.
func inLanguage(titles map[string]string, lang string) string {
	if t := titles[lang]; t != "" {
		return t
	}
	return titles[defaultLanguage]
}

// frame is what surrounds a page.
func (s *site) frame(c echo.Context, lang, title string) frame {
	w, fault := s.words[lang], c.QueryParam("fault")
	if _, ok := s.opt.Chat.Address(c.Request()); ok && fault == web.FaultNoCookies {
		fault = ""
	}
	return frame{
		Lang: lang, Other: other(lang), Path: c.Request().URL.Path, Text: w.Text, Assets: s.assets.links, Title: title,
		Heading: strings.ReplaceAll(w.Text["heading"], "{city}", s.opt.City(lang)),
		Lean:    strings.EqualFold(c.Request().Header.Get("Save-Data"), "on"),
		Fault:   w.Faults[fault],
		Post:    rand.Text(),
	}
}

// unknownService is the page in words for a service that is not published.
func (s *site) unknownService(c echo.Context, lang string) error {
	v := s.frame(c, lang, s.words[lang].Text["service_unknown"])
	v.Path = "/services"
	return s.send(c, http.StatusNotFound, lang, pageUnknown, v)
}

// send renders a page.
func (s *site) send(c echo.Context, status int, lang, page string, view any) error {
	var b bytes.Buffer
	if err := s.forms[page].Execute(&b, view); err != nil {
		return fmt.Errorf("render %s: %w", page, err)
	}
	return sendPage(c, status, lang, b.Bytes())
}

// sendPage answers with a page that nobody may keep.
func sendPage(c echo.Context, status int, lang string, page []byte) error {
	h := c.Response().Header()
	secure(h)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Save-Data, Accept-Encoding")
	h.Set("Content-Language", lang)
	if packed := pack(page, gzip.DefaultCompression); packed != nil && unpacks(c.Request()) {
		h.Set("Content-Encoding", "gzip")
		page = packed
	}
	return c.HTMLBlob(status, page)
}
