package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// cannedPath is where supervisors keep the answers that are given again and
// again.
const cannedPath = "/console/replies"

func cannedRoutes() []Route {
	edit := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: cannedPath + path, Needs: ReplyEdit, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		edit(http.MethodGet, "", (*Server).listCannedPage, "The canned replies, and the form for a new one"),
		edit(http.MethodPost, "", (*Server).addCanned, "Add a canned reply"),
		edit(http.MethodGet, "/:id", (*Server).editCanned, "A canned reply"),
		edit(http.MethodPost, "/:id", (*Server).changeCanned, "Change a canned reply"),
		edit(http.MethodPost, "/:id/delete", (*Server).deleteCanned, "Delete a canned reply"),
		{
			Method: http.MethodGet, Path: "/api/v1/replies", Needs: ConversationRead, handle: (*Server).listCanned,
			Summary: "The canned replies that are everybody's or of the caller's teams; {name}, {case}, {agent}, {ward} and {service} are to be filled in", Answer: cannedListAnswer{},
		},
	}
}

// cannedView is the list of canned replies and the form of one.
type cannedView struct {
	page
	Lines  []cannedLine
	Empty  empty
	Fields []field
	Action string // where the form goes
	Delete string // empty: it is a new one
	Shut   bool   // the form for a new one is not open
}

type cannedLine struct {
	handoff.CannedReply
	Path string
	Whom string // the team
}

func (s *Server) listCannedPage(c echo.Context) error {
	return s.showCannedAs(c, http.StatusOK, handoff.CannedReply{}, nil)
}

// showCannedAs shows the list with the form of a new one, which comes back
// with what is wrong.
func (s *Server) showCannedAs(c echo.Context, status int, r handoff.CannedReply, fault *handoff.FieldError) error {
	list, err := s.opt.Desk.CannedReplies(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	v := cannedView{page: s.page(c, "canned_title"), Action: cannedPath, Shut: fault == nil && len(list) > 0}
	for _, l := range list {
		v.Lines = append(v.Lines, cannedLine{l, cannedPath + "/" + l.ID.String(), s.cannedWhom(v.page, l.Team)})
	}
	v.Empty = s.empty(v.page, "canned_empty", "canned_empty_text")
	v.Fields = s.cannedFields(v.page, r, fault)
	return s.show(c, status, "replies.html", v)
}

// cannedWhom is whose a canned reply is, in words.
func (s *Server) cannedWhom(p page, team string) string {
	if team == "" {
		return p.Words["canned_all"]
	}
	return s.teamName(p.Lang, team)
}

func (s *Server) cannedFields(p page, r handoff.CannedReply, fault *handoff.FieldError) []field {
	hint := p.Words["canned_hint"]
	fields := []field{
		{Name: "title", Label: p.Words["canned_name"], Value: r.Title, Required: true, Most: handoff.MaxCannedTitle, Complete: "off"},
		{Name: "team", Label: p.Words["canned_whom"], Options: slices.Insert(s.teamOptions(p.Lang, chosenOf(r.Team)), 0, option{Label: p.Words["canned_all"]})},
		{Name: "bn", Label: p.Words["canned_bn"], Value: r.Bangla, Rows: 4, Required: true, Most: handoff.MaxCannedText, Hint: hint},
		{Name: "en", Label: p.Words["canned_en"], Value: r.English, Rows: 4, Required: true, Most: handoff.MaxCannedText, Hint: hint},
	}
	for i := range fields {
		if fault != nil && fault.Field == fields[i].Name {
			fields[i].Fault = p.Words["fault_canned_"+fault.Field]
		}
	}
	return fields
}

// cannedOf is what was typed.
func cannedOf(id uuid.UUID, form url.Values) handoff.CannedReply {
	return handoff.CannedReply{ID: id, Title: form.Get("title"), Team: form.Get("team"), Bangla: form.Get("bn"), English: form.Get("en")}
}

func (s *Server) addCanned(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	r := cannedOf(uuid.Nil, form)
	var fault *handoff.FieldError
	err = s.opt.Desk.SaveCanned(c.Request().Context(), viewer(c), r)
	if errors.As(err, &fault) {
		return s.showCannedAs(c, http.StatusUnprocessableEntity, r, fault)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, cannedPath+"?done=canned_add")
}

func (s *Server) editCanned(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	r, err := s.opt.Desk.CannedReply(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	return s.showOneCanned(c, http.StatusOK, r, nil)
}

func (s *Server) showOneCanned(c echo.Context, status int, r handoff.CannedReply, fault *handoff.FieldError) error {
	v := cannedView{page: s.page(c, "canned_one"), Action: cannedPath + "/" + r.ID.String()}
	v.Delete = v.Action + "/delete"
	v.Fields = s.cannedFields(v.page, r, fault)
	return s.show(c, status, "reply.html", v)
}

func (s *Server) changeCanned(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	r := cannedOf(id, form)
	var fault *handoff.FieldError
	err = s.opt.Desk.SaveCanned(c.Request().Context(), viewer(c), r)
	if errors.As(err, &fault) {
		return s.showOneCanned(c, http.StatusUnprocessableEntity, r, fault)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, cannedPath+"?done=canned_change")
}

func (s *Server) deleteCanned(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.DeleteCanned(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, cannedPath+"?done=canned_delete")
}

// cannedListAnswer is every canned reply that the caller may use.
type cannedListAnswer struct {
	Items []cannedAnswer `json:"items"`
}

type cannedAnswer struct {
	ID        string            `json:"id" jsonschema:"format=uuid"`
	Team      string            `json:"team" jsonschema_description:"whose it is; empty: everybody's"`
	Title     string            `json:"title"`
	Text      map[string]string `json:"text" jsonschema_description:"by language: bn and en"`
	By        nameAnswer        `json:"by" jsonschema_description:"who changed it last"`
	ChangedAt time.Time         `json:"changed_at"`
}

func (s *Server) listCanned(c echo.Context) error {
	list, err := s.opt.Desk.CannedReplies(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	return answer(c, cannedListAnswer{each(list, func(r handoff.CannedReply) cannedAnswer {
		return cannedAnswer{r.ID.String(), r.Team, r.Title, map[string]string{"bn": r.Bangla, "en": r.English}, shapeName(r.By), r.ChangedAt}
	})})
}
