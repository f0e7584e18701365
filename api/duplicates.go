package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// duplicatesAnswer are cases that may be about the same matter as one.
type duplicatesAnswer struct {
	Items []likeAnswer `json:"items"`
}

type likeAnswer struct {
	Case   caseAnswer `json:"case"`
	Metres *int       `json:"metres" jsonschema:"nullable" jsonschema_description:"between their points; null: the same ward and a place described alike"`
}

func (s *Server) listDuplicates(c echo.Context) error {
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	likes, err := s.opt.Desk.Duplicates(c.Request().Context(), viewer(c), number)
	if err != nil {
		return err
	}
	shape := func(l handoff.Like) likeAnswer { return likeAnswer{shapeCase(l.Case), l.Metres} }
	return answer(c, duplicatesAnswer{each(likes, shape)})
}

func (s *Server) matchCase(c echo.Context) error {
	body, err := bodyOf[duplicateBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		k, main, err := s.opt.Desk.MatchCase(ctx, v, n, body.Of)
		if err == nil {
			s.opt.Talk.CaseMoved(ctx, main)
		}
		return k, err
	})
}

func (s *Server) separateCase(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		k, main, err := s.opt.Desk.SeparateCase(ctx, v, n)
		if err == nil {
			s.opt.Talk.CaseMoved(ctx, main)
		}
		return k, err
	})
}

// matchDeed joins a case to another by the number that was typed.
func matchDeed(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
	of, err := strconv.ParseInt(strings.TrimSpace(bangla.Digits(form.Get("of"))), 10, 64)
	if err != nil {
		return nil, &handoff.FieldError{Field: "of", Message: "must be the number of a case"}
	}
	k, main, err := d.MatchCase(ctx, v, n, of)
	return []handoff.Case{k, main}, err
}

func separateDeed(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, _ url.Values) ([]handoff.Case, error) {
	k, main, err := d.SeparateCase(ctx, v, n)
	return []handoff.Case{k, main}, err
}

// likeLine is a case that may be about the same matter.
type likeLine struct {
	caseLine
	Place string
	Why   string // how far, or that the words are alike
}

// relatedCase is another case about the same matter, with what is in it.
type relatedCase struct {
	caseLine
	Reporter string
	Contact  string // their page; empty when there is none
	Photos   []photoThumb
	Timeline []timelineLine
}

// followerLine is somebody who follows a case, and how that came about.
type followerLine struct{ Name, Path, Why string }

// same puts into the view what is about the same matter, or may be.
func (s *Server) same(c echo.Context, v *caseView) error {
	ctx := c.Request().Context()
	related, err := s.opt.Desk.Related(ctx, viewer(c), v.Case)
	if err != nil {
		return err
	}
	for _, k := range related {
		r := relatedCase{caseLine: s.caseLine(v.page, k), Reporter: k.Contact.Name, Photos: s.photoThumbs(v.page, k.Photos), Timeline: s.timeline(v.page, k)}
		r.Contact = s.linkTo(v.page, contactsPath+"/:id", k.Contact.ID.String())
		v.Related = append(v.Related, r)
	}
	if err := s.follow(c, v); err != nil {
		return err
	}
	if v.Case.DuplicateOf != 0 {
		v.Main = casesPath + "/" + strconv.FormatInt(v.Case.DuplicateOf, 10)
	}
	if !allows(v.Agent.Role, CaseWork) {
		return nil
	}
	likes, err := s.opt.Desk.Duplicates(ctx, viewer(c), v.Case.Number)
	if err != nil {
		return err
	}
	for _, l := range likes {
		line := likeLine{caseLine: s.caseLine(v.page, l.Case), Place: l.Place, Why: v.Words["like_words"]}
		if l.Metres != nil {
			line.Why = v.Say("like_metres", "n", v.Number(*l.Metres))
		}
		v.Likes = append(v.Likes, line)
	}
	return nil
}

// follow puts into the view who follows the case. Whoever is outside the
// viewer's part has no link.
func (s *Server) follow(c echo.Context, v *caseView) error {
	contacts := make([]uuid.UUID, len(v.Case.Followers))
	for i, f := range v.Case.Followers {
		contacts[i] = f.ID
	}
	seen, err := s.opt.Desk.SeenContacts(c.Request().Context(), viewer(c), contacts)
	if err != nil {
		return err
	}
	for _, f := range v.Case.Followers {
		line := followerLine{Name: f.Name, Why: v.Words["follows_duplicate"]}
		if f.Joined {
			line.Why = v.Words["follows_joined"]
		}
		if seen[f.ID] {
			line.Path = s.linkTo(v.page, contactsPath+"/:id", f.ID.String())
		}
		v.Followers = append(v.Followers, line)
	}
	return nil
}

// otherCase is the number that a line of the timeline names, in words.
func (p page) otherCase(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	return p.Say("case_title", "number", p.CaseNumber(n))
}

// caseVerbRoutes are the forms of a case's page.
func caseVerbRoutes() []Route {
	var routes []Route
	for _, k := range deedKinds() {
		routes = append(routes, Route{
			Method: http.MethodPost, Path: casesPath + "/:number/" + k.verb, Needs: k.needed(), handle: (*Server).doCase,
			Summary: "Do this to a case: " + k.verb, Type: html,
		})
	}
	return routes
}
