package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/handoff"
)

// Prover sends codes that prove a telephone to be a contact's: bot.Bot. Its
// errors are bot.ErrNoSMS and handoff's.
type Prover interface {
	ProvesPhones() bool
	SendCode(ctx context.Context, v handoff.Viewer, contact uuid.UUID, phone string) (handoff.SentCode, error)
}

// maxTypedPhone is how long a telephone number may be as it is typed.
const maxTypedPhone = 30

// linking is how a telephone is linked on somebody's page.
type linking struct {
	Open   bool // codes can be sent
	Phone  field
	Sent   *handoff.SentCode // nil: no code is waited for
	Told   string            // to which number it went and until when it is good
	Code   field
	Merges []mergeLine
	Undo   bool // the viewer may undo them
}

// mergeLine is somebody who became one with this contact.
type mergeLine struct {
	handoff.Merge
	Name string
	By   string
}

// linkFault is a value that came back with what is wrong with it.
type linkFault struct{ field, value, fault string }

// linking gathers what the page shows of it.
func (s *Server) linking(c echo.Context, p page, record *handoff.ContactRecord, back linkFault) (linking, error) {
	l := linking{Open: s.opt.Prover != nil && s.opt.Prover.ProvesPhones() && allows(p.Agent.Role, ContactWork), Undo: allows(p.Agent.Role, ContactUnmerge)}
	l.Phone = field{Name: "phone", Label: p.Words["join_phone"], Hint: p.Words["join_phone_hint"], Value: record.Phone, Type: "tel", Complete: "off", Required: true, Most: maxTypedPhone}
	l.Code = field{Name: "code", Label: p.Words["join_code"], Hint: p.Words["join_code_hint"], Complete: "off", Numeric: true, Required: true, Most: maxTypedPhone}
	for _, f := range []*field{&l.Phone, &l.Code} {
		if f.Name == back.field {
			f.Value, f.Fault = back.value, p.Words[back.fault]
		}
	}
	ctx := c.Request().Context()
	switch sent, err := s.opt.Desk.CodeOf(ctx, viewer(c), record.ID); {
	case err == nil:
		l.Sent = &sent
		l.Told = p.Say("join_"+string(sent.Status), "phone", p.Phone(sent.Phone), "time", p.Clock(sent.ExpiresAt))
	case !errors.Is(err, handoff.ErrNotFound):
		return l, err
	}
	merges, err := s.opt.Desk.Merges(ctx, viewer(c), record.ID)
	if err != nil {
		return l, err
	}
	for _, m := range merges {
		line := mergeLine{Merge: m, Name: m.Gone.Name, By: p.Words["join_by_citizen"]}
		if line.Name == "" {
			line.Name = p.Words["no_name"]
		}
		if m.By != nil {
			line.By = m.By.Name
		}
		l.Merges = append(l.Merges, line)
	}
	return l, nil
}

// onLink does a deed of linking with a form and comes back to the page of who
// goes on, or shows the form again with what is wrong.
func (s *Server) onLink(c echo.Context, name, done string, do func(context.Context, handoff.Viewer, uuid.UUID, url.Values) (uuid.UUID, error)) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	kept, err := do(c.Request().Context(), viewer(c), id, form)
	if fault := linkFaultOf(err); fault != "" && name != "" {
		return s.showContactAs(c, http.StatusUnprocessableEntity, linkFault{name, form.Get(name), fault}, func(*contactView) {})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, contactPath(kept)+"?done="+done)
}

// linkFaultOf is the word for what is wrong with what was typed; empty when it
// is not that.
func linkFaultOf(err error) string {
	var field *handoff.FieldError
	switch {
	case errors.As(err, &field):
		return "fault_link_" + field.Field
	case errors.Is(err, handoff.ErrManyCodes):
		return "fault_link_many"
	case errors.Is(err, handoff.ErrConflict):
		return "fault_link_late"
	default:
		return ""
	}
}

func (s *Server) codeContact(c echo.Context) error {
	return s.onLink(c, "phone", "link_code", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) (uuid.UUID, error) {
		_, err := s.sendCode(ctx, v, id, form.Get("phone"))
		return id, err
	})
}

func (s *Server) mergeContact(c echo.Context) error {
	return s.onLink(c, "code", "link_merge", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) (uuid.UUID, error) {
		return s.opt.Desk.MergeByCode(ctx, v, id, form.Get("code"))
	})
}

func (s *Server) unmergeContact(c echo.Context) error {
	return s.onLink(c, "", "link_unmerge", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) (uuid.UUID, error) {
		merge, err := uuid.Parse(form.Get("merge"))
		if err != nil {
			return id, badField("merge", "must be the id of a merge")
		}
		_, err = s.opt.Desk.Unmerge(ctx, v, id, merge)
		return id, err
	})
}

func (s *Server) sendCode(ctx context.Context, v handoff.Viewer, id uuid.UUID, phone string) (handoff.SentCode, error) {
	if s.opt.Prover == nil {
		return handoff.SentCode{}, bot.ErrNoSMS
	}
	return s.opt.Prover.SendCode(ctx, v, id, phone)
}

// The bodies and answers of linking.
type (
	phoneBody struct {
		Phone string `json:"phone" jsonschema_description:"a mobile number in any form; it gets a code by SMS"`
	}
	codeBody struct {
		Code string `json:"code" jsonschema_description:"the six digits that the citizen has read back"`
	}
	unmergeBody struct {
		Merge string `json:"merge,omitempty" jsonschema:"format=uuid" jsonschema_description:"which one; the newest when not given"`
	}
	codeAnswer struct {
		Phone     string    `json:"phone" jsonschema_description:"E.164"`
		Status    string    `json:"status" jsonschema:"enum=planned,enum=sending,enum=sent,enum=failed,enum=unknown"`
		ExpiresAt time.Time `json:"expires_at"`
		Left      int       `json:"left" jsonschema_description:"tries"`
	}
	mergeAnswer struct {
		ID   string      `json:"id" jsonschema:"format=uuid"`
		Gone nameAnswer  `json:"gone" jsonschema_description:"who is no more, by the name of then"`
		By   *nameAnswer `json:"by" jsonschema:"nullable" jsonschema_description:"null: the citizen typed the code"`
		At   time.Time   `json:"at"`
	}
	mergedAnswer struct {
		Contact contactAnswer `json:"contact" jsonschema_description:"who goes on"`
		Merges  []mergeAnswer `json:"merges" jsonschema_description:"who has become one with them, the newest first"`
	}
	partedAnswer struct {
		Contact  contactAnswer `json:"contact"`
		Restored contactAnswer `json:"restored" jsonschema_description:"who is a contact of their own again"`
	}
)

// linkRoutes are the verbs of linking for programs.
func linkRoutes() []Route {
	of := func(verb, summary string, needs Permission, body, answer any, handle func(*Server, echo.Context) error) Route {
		return Route{Method: http.MethodPost, Path: "/api/v1/contacts/:id/" + verb, Needs: needs, Summary: summary, Body: body, Answer: answer, handle: handle}
	}
	return []Route{
		of("code", "Send a code by SMS to a telephone that the contact says is theirs", ContactWork, phoneBody{}, codeAnswer{}, (*Server).codeByAPI),
		of("merge", "Give the code that the citizen has read back: whoever the telephone was of before is the same contact from now on", ContactWork, codeBody{}, mergedAnswer{}, (*Server).mergeByAPI),
		of("unmerge", "Make two contacts again of one, for supervisors; merges are undone newest first", ContactUnmerge, unmergeBody{}, partedAnswer{}, (*Server).unmergeByAPI),
	}
}

func (s *Server) codeByAPI(c echo.Context) error {
	body, err := bodyOf[phoneBody](c)
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	sent, err := s.sendCode(c.Request().Context(), viewer(c), id, body.Phone)
	if err != nil {
		return err
	}
	return answer(c, codeAnswer{sent.Phone, string(sent.Status), sent.ExpiresAt, sent.Left})
}

func (s *Server) mergeByAPI(c echo.Context) error {
	body, err := bodyOf[codeBody](c)
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	kept, err := s.opt.Desk.MergeByCode(ctx, viewer(c), id, body.Code)
	if err != nil {
		return err
	}
	record, err := s.opt.Desk.Contact(ctx, viewer(c), kept)
	if err != nil {
		return err
	}
	merges, err := s.opt.Desk.Merges(ctx, viewer(c), kept)
	if err != nil {
		return err
	}
	return answer(c, mergedAnswer{shapeContact(record.Contact), each(merges, shapeMerge)})
}

func shapeMerge(m handoff.Merge) mergeAnswer {
	a := mergeAnswer{ID: m.ID.String(), Gone: shapeName(m.Gone), At: m.At}
	if m.By != nil {
		by := shapeName(*m.By)
		a.By = &by
	}
	return a
}

func (s *Server) unmergeByAPI(c echo.Context) error {
	body, err := bodyOf[unmergeBody](c)
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, v := c.Request().Context(), viewer(c)
	merge, err := s.mergeMeant(ctx, v, id, body.Merge)
	if err != nil {
		return err
	}
	back, err := s.opt.Desk.Unmerge(ctx, v, id, merge)
	if err != nil {
		return err
	}
	var both [2]handoff.ContactRecord
	for i, id := range []uuid.UUID{id, back} {
		if both[i], err = s.opt.Desk.Contact(ctx, v, id); err != nil {
			return err
		}
	}
	return answer(c, partedAnswer{shapeContact(both[0].Contact), shapeContact(both[1].Contact)})
}

// mergeMeant is the merge of that id, or the newest.
func (s *Server) mergeMeant(ctx context.Context, v handoff.Viewer, contact uuid.UUID, typed string) (uuid.UUID, error) {
	if typed != "" {
		merge, err := uuid.Parse(typed)
		if err != nil {
			return merge, badField("merge", "must be the id of a merge")
		}
		return merge, nil
	}
	merges, err := s.opt.Desk.Merges(ctx, v, contact)
	if err != nil {
		return uuid.Nil, err
	}
	if len(merges) == 0 {
		return uuid.Nil, handoff.ErrNotFound
	}
	return merges[0].ID, nil
}
