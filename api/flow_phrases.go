package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// phrasesPath is what was said and not understood.
const phrasesPath = flowsPath + "/phrases"

// atMenu is the filter for what was said at the menu.
const atMenu = "-"

// maxTrigger bounds words that are to lead to a service, in characters.
const maxTrigger = 60

func phraseRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: phrasesPath, Needs: FlowEdit, handle: (*Server).listPhrases, Summary: "What was said and not understood, without who said it", Type: html},
		{Method: http.MethodPost, Path: phrasesPath + "/:number", Needs: FlowEdit, handle: (*Server).settlePhrase, Summary: "Write a phrase into the draft as words that lead to a service, ignore it, or put it back on the list", Type: html},
	}
}

// phrasesView is the list.
type phrasesView struct {
	page
	Filters  []field
	Tabs     []tab
	Settled  bool
	Lines    []phraseLine
	Services []option // to choose from
	Back     string   // this list, to come back to
	Fault    string
	Draft    bool // there is a draft to look over
	Empty    empty
}

// phraseLine is a phrase, with what to do about it.
type phraseLine struct {
	ID                                            int64
	Path, Shown, Words, Where, State, Language, N string
	At                                            time.Time
	Services                                      []option
}

func (s *Server) listPhrases(c echo.Context) error {
	return s.phrasesPage(c, http.StatusOK, c.Request().URL.RequestURI(), "")
}

// phrasesPage shows the list of an address, and the key of what went wrong.
func (s *Server) phrasesPage(c echo.Context, status int, at, fault string) error {
	v := phrasesView{page: s.page(c, "phrases_title"), Back: withoutQuery(at, "done", "lang")}
	v.Fault = v.Words[fault]
	asked := queryOf(at)
	v.Settled = asked.Get("settled") != ""
	flow, lang := flowWord(asked.Get("flow")), flowWord(asked.Get("language"))
	f := handoff.PhraseFilter{Flow: flow, Menu: flow == atMenu, Language: lang, Settled: v.Settled}
	if f.Menu {
		f.Flow = ""
	}
	list, err := s.opt.Desk.MissedPhrases(c.Request().Context(), viewer(c), f)
	if err != nil {
		return err
	}
	_, _, v.Draft, err = s.working(c)
	if err != nil && !errors.Is(err, handoff.ErrNotFound) {
		return err
	}
	services := field{Name: "flow", Label: v.Words["phrases_where"], Options: s.serviceOptions(v.page, flow)}
	services.Options[0].Label = v.Words["phrases_anywhere"]
	services.Options = append(services.Options, option{atMenu, v.Words["phrases_menu"], f.Menu})
	v.Filters = []field{services, s.citizenLanguages(v.page, lang)}
	for _, settled := range []string{"", "yes"} {
		path := withoutQuery(v.Back, "settled")
		name := v.Words["phrases_open"]
		if settled != "" {
			path, name = withQuery(path, "settled", settled), v.Words["phrases_settled"]
		}
		v.Tabs = append(v.Tabs, tab{Path: path, Name: name, Here: v.Settled == (settled != "")})
	}
	for _, k := range list {
		v.Lines = append(v.Lines, s.phraseLine(v.page, k))
	}
	v.Empty = empty{Title: v.Words["phrases_none"], Text: v.Words["phrases_none_text"]}
	return s.show(c, status, "flowphrases.html", v)
}

// queryOf is the query of an address of ours.
func queryOf(at string) url.Values {
	_, query, _ := strings.Cut(at, "?")
	values, _ := url.ParseQuery(query) // what cannot be read asks for nothing
	return values
}

func (s *Server) phraseLine(p page, k handoff.MissedPhrase) phraseLine {
	l := phraseLine{
		ID:   k.ID,
		Path: phrasesPath + "/" + strconv.FormatInt(k.ID, 10), Shown: k.Shown, Words: triggerOf(k.Shown), State: k.State, N: p.tell(k.N), At: k.LastAt,
		Where: p.Words["phrases_menu"], Language: k.Language,
	}
	if k.Flow != "" {
		l.Where = s.serviceName(p.Lang, k.Flow)
	}
	chosen := k.Flow
	if catalog := s.catalog(); catalog != nil {
		l.Language = catalog.LanguageName(k.Language)
		if meant := catalog.Understand(k.Shown).Intent; hasFlow(catalog, meant) {
			chosen = meant
		}
	}
	l.Services = s.serviceOptions(p, chosen)
	l.Services[0].Label = p.Words["phrases_choose"]
	return l
}

func hasFlow(c *flows.Catalog, id string) bool {
	_, ok := c.Flow(id)
	return ok
}

// triggerOf is a phrase without the signs that stand for numbers, and without
// the marks around it.
func triggerOf(shown string) string {
	words := strings.FieldsFunc(shown, func(r rune) bool { return unicode.IsSpace(r) || r == '#' })
	return strings.TrimFunc(strings.Join(words, " "), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
}

// settlePhrase does what the button says.
func (s *Server) settlePhrase(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.ErrNotFound
	}
	back := localPath(form.Get("back"))
	if !strings.HasPrefix(back, phrasesPath) {
		back = phrasesPath
	}
	done := "phrase_ignored"
	switch form.Get("then") {
	case "add":
		fault, err := s.addTrigger(c, form.Get("service"), form.Get("words"))
		if err != nil {
			return err
		}
		if fault != "" {
			return s.phrasesPage(c, http.StatusUnprocessableEntity, back, fault)
		}
		done = "trigger_added"
	case "ignore":
	case "restore":
		done = "phrase_restored"
	default:
		return badField("then", "must be add, ignore or restore")
	}
	if err := s.opt.Desk.SettlePhrase(c.Request().Context(), viewer(c), id, done != "phrase_restored"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, withQuery(withoutQuery(back, "done"), "done", done))
}

// addTrigger writes words into the viewer's draft as words that lead to a
// service; fault is the key of what is wrong with them.
func (s *Server) addTrigger(c echo.Context, service, words string) (fault string, err error) {
	words = strings.Join(strings.Fields(words), " ")
	switch {
	case service == "":
		return "fault_phrase_service", nil
	case words == "" || utf8.RuneCountInString(words) > maxTrigger || strings.ContainsFunc(words, unicode.IsControl):
		return "fault_phrase_words", nil
	}
	draft, _, _, err := s.working(c)
	if err != nil {
		return "", err
	}
	lang := "en"
	if strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Bengali, r) }) {
		lang = "bn"
	}
	files, err := flows.AddTrigger(sources(draft.Files), service, lang, words)
	if errors.Is(err, flows.ErrEdit) {
		return "fault_phrase_edit", nil
	}
	if err != nil {
		return "", err
	}
	draft.Files = catalogFiles(files)
	return "", s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft)
}

// catalogFiles are files as the record keeps them.
func catalogFiles(files []flows.File) []handoff.CatalogFile {
	list := make([]handoff.CatalogFile, len(files))
	for i, f := range files {
		list[i] = handoff.CatalogFile{Name: f.Name, Text: string(f.Text)}
	}
	return list
}
