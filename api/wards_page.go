package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/flows/place"
	"nagorik/handoff"
)

// wardsPath is where supervisors see what was taught of wards.
const wardsPath = "/console/wards"

// maxAlias is how long a taught name may be, in characters.
const maxAlias = 60

func wardRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: wardsPath, Needs: WardCorrect, handle: (*Server).showWards, Summary: "The wards, and what words the staff taught for them", Type: html},
		{Method: http.MethodPost, Path: wardsPath + "/names/:id/forget", Needs: WardCorrect, handle: (*Server).forgetAlias, Summary: "Forget a taught name", Type: html},
	}
}

// wardsView is what was taught, and the wards of the city.
type wardsView struct {
	page
	Names []aliasLine
	Wards []wardLine
	Empty empty
}

type aliasLine struct {
	Words  string
	Ward   string
	By     string
	At     time.Time
	Case   string // its number; empty: not from a case
	Link   string
	Forget string
}

type wardLine struct {
	Number int
	Name   string
	Zone   string
	Areas  string
}

func (s *Server) showWards(c echo.Context) error {
	names, err := s.opt.Desk.WardAliases(c.Request().Context())
	if err != nil {
		return err
	}
	v := wardsView{page: s.page(c, "wards_title")}
	v.Empty = s.empty(v.page, "wards_empty", "wards_empty_text")
	for _, n := range names {
		l := aliasLine{Words: n.Words, Ward: s.wardName(v.page, n.Ward), By: n.By.Name, At: n.At, Forget: wardsPath + "/names/" + n.ID.String() + "/forget"}
		if n.Case > 0 {
			l.Case = v.CaseNumber(n.Case)
			l.Link = casesPath + "/" + strconv.FormatInt(n.Case, 10)
		}
		v.Names = append(v.Names, l)
	}
	if s.opt.Wards != nil {
		for _, w := range s.opt.Wards.Wards() {
			v.Wards = append(v.Wards, wardLine{w.Number, inLang(w.Name, v.Lang), inLang(w.ZoneName, v.Lang), strings.Join(areasIn(w, v.Lang), ", ")})
		}
	}
	return s.show(c, http.StatusOK, "wards.html", v)
}

func areasIn(w place.Ward, lang string) []string {
	if list := w.Areas[lang]; len(list) > 0 {
		return list
	}
	return w.Areas[place.Bangla]
}

func inLang(names map[string]string, lang string) string {
	for _, l := range [...]string{lang, place.Bangla, place.English} {
		if names[l] != "" {
			return names[l]
		}
	}
	return ""
}

// wardName is a ward with its name, where it has one: 7 · Uttar Para.
func (s *Server) wardName(p page, number int) string {
	name := p.Number(number)
	if s.opt.Wards == nil {
		return name
	}
	if w, ok := s.opt.Wards.Ward(number); ok {
		return strings.TrimSuffix(name+" · "+inLang(w.Name, p.Lang), " · ")
	}
	return name
}

func (s *Server) forgetAlias(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return handoff.ErrNotFound
	}
	if err := s.opt.Desk.ForgetAlias(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	s.takeUpTaught(c, true)
	return c.Redirect(http.StatusSeeOther, wardsPath+"?done=ward_forget")
}

// takeUpTaught makes this process listen to what was taught just now; the
// others follow by themselves.
func (s *Server) takeUpTaught(c echo.Context, taught bool) {
	if !taught || s.opt.Taught == nil {
		return
	}
	if err := s.opt.Taught(c.Request().Context()); err != nil {
		s.log.Warn("what was taught of wards is taken up a little later", "error", err)
	}
}

// wardFields are the ward, and the words that shall mean it from now on.
func (v *caseView) wardFields(s *Server, form url.Values) []field {
	ward := field{Name: "ward", Label: v.Words["ward"], Required: true}
	chosen := v.Case.Ward
	if typed, err := strconv.Atoi(bangla.Digits(form.Get("ward"))); err == nil {
		chosen = typed
	}
	if s.opt.Wards == nil {
		ward.Numeric = true
		if chosen > 0 {
			ward.Value = strconv.Itoa(chosen)
		}
	} else {
		ward.Options = []option{{Label: v.Words["ward_choose"]}}
		for _, w := range s.opt.Wards.Wards() {
			ward.Options = append(ward.Options, option{strconv.Itoa(w.Number), s.wardName(v.page, w.Number), w.Number == chosen})
		}
	}
	words := v.Case.Place
	if utf8.RuneCountInString(words) > maxAlias {
		words = ""
	}
	if form.Has("alias") {
		words = form.Get("alias")
	}
	return []field{
		ward,
		{Name: "alias", Label: v.Words["ward_alias"], Value: words, Hint: v.Words["ward_alias_hint"], Complete: "off", Most: maxAlias},
		{Name: "teach", Label: v.Words["ward_teach"], Box: true, Value: "yes", Ticked: form.Get("teach") != ""},
	}
}

// isWard refuses a ward that the city does not have.
func (s *Server) isWard(verb string, form url.Values) *handoff.FieldError {
	if verb != "ward" {
		return nil
	}
	n, err := strconv.Atoi(bangla.Digits(strings.TrimSpace(form.Get("ward"))))
	if err != nil || !s.hasWard(n) {
		return &handoff.FieldError{Field: "ward", Message: "there is no such ward"}
	}
	form.Set("ward", strconv.Itoa(n))
	return nil
}

func (s *Server) hasWard(n int) bool {
	if s.opt.Wards == nil {
		return n > 0
	}
	_, ok := s.opt.Wards.Ward(n)
	return ok
}

func wardDeed(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
	ward, err := strconv.Atoi(form.Get("ward"))
	if err != nil {
		return nil, &handoff.FieldError{Field: "ward", Message: "there is no such ward"}
	}
	to := handoff.Placing{Ward: ward, Note: form.Get(noteName("ward"))}
	if form.Get("teach") != "" {
		if to.Alias = strings.TrimSpace(form.Get("alias")); to.Alias == "" {
			return nil, &handoff.FieldError{Field: "alias", Message: "must say something"}
		}
	}
	k, err := d.PlaceCase(ctx, v, n, to)
	return []handoff.Case{k}, err
}

func (s *Server) placeCase(c echo.Context) error {
	body, err := bodyOf[wardBody](c)
	if err != nil {
		return err
	}
	if !s.hasWard(body.Ward) {
		return badField("ward", "there is no ward %d", body.Ward)
	}
	defer s.takeUpTaught(c, body.Alias != "")
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.PlaceCase(ctx, v, n, handoff.Placing{Ward: body.Ward, Alias: body.Alias, Note: body.Note})
	})
}

// wardFrom says where the ward of the case comes from, and how it is marked when
// somebody should look at it.
func (v *caseView) wardFrom() (words, colour string) {
	if v.Case.WardBy == "" {
		return "", ""
	}
	words = v.Words["ward_by_"+string(v.Case.WardBy)]
	switch v.Case.WardBy.Confidence() {
	case flows.Sure:
		return words, ""
	case flows.Likely:
		return words, "warn"
	default:
		return words, "bad"
	}
}
