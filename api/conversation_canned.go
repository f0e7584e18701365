package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// cannedChoice is a canned reply as it is offered on the conversation's page.
type cannedChoice struct {
	ID    string
	Title string
	Text  string // in the citizen's language, its places filled in
}

// offerCanned puts the canned replies for everybody and for the conversation's
// team into the view, and those of other teams of the viewer's when it has none.
func (s *Server) offerCanned(c echo.Context, v *conversationView, t handoff.Conversation) error {
	if !v.Mine || v.Silent != "" {
		return nil
	}
	list, err := s.opt.Desk.CannedReplies(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	known := s.cannedValues(v, t)
	for _, r := range list {
		if r.Team == "" || t.Team == "" || r.Team == t.Team {
			v.Canned = append(v.Canned, cannedChoice{r.ID.String(), r.Title, handoff.FillCanned(r.In(t.Language), known)})
		}
	}
	return nil
}

// cannedValues is what fills the places of a canned reply, in the citizen's
// language: the case is the conversation's own, or the latest of the citizen's.
func (s *Server) cannedValues(v *conversationView, t handoff.Conversation) map[string]string {
	p := v.page
	if slices.Contains(languages, t.Language) {
		p.Lang = t.Language
	} else {
		p.Lang = languages[0]
	}
	known := map[string]string{"name": t.Contact.Name, "agent": v.Agent.Name}
	cases := slices.Clone(v.Person.Cases)
	slices.SortStableFunc(cases, func(a, b handoff.Case) int { return int(b.Number - a.Number) })
	i := slices.IndexFunc(cases, func(k handoff.Case) bool { return k.Conversation == t.ID })
	if i < 0 && len(cases) > 0 {
		i = 0
	}
	if i >= 0 {
		known["case"] = p.CaseNumber(cases[i].Number)
	}
	if ward := t.Ward; ward > 0 {
		known["ward"] = p.Number(ward)
	} else if v.Person.Ward > 0 {
		known["ward"] = p.Number(v.Person.Ward)
	}
	switch {
	case t.Flow != "":
		known["service"] = s.serviceName(p.Lang, t.Flow)
	case i >= 0:
		known["service"] = s.serviceName(p.Lang, cases[i].Flow)
	}
	return known
}

// cannedTalk puts a canned reply behind what is written already. It comes back
// as the draft in the reply box.
func (s *Server) cannedTalk(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	chosen, err := uuid.Parse(form.Get("canned"))
	if err != nil {
		return badField("canned", "must be the id of a canned reply")
	}
	ctx, who := c.Request().Context(), viewer(c)
	reply, err := s.opt.Desk.CannedReply(ctx, who, chosen)
	if err != nil {
		return err
	}
	record, err := s.opt.Desk.Conversation(ctx, who, id, handoff.PageOf{Limit: 1})
	if err != nil {
		return err
	}
	v := conversationView{page: s.page(c, "talk_title")}
	if err := s.recordBeside(c, &v, record.Conversation); err != nil {
		return err
	}
	text := handoff.FillCanned(reply.In(record.Language), s.cannedValues(&v, record.Conversation))
	if typed := strings.TrimSpace(form.Get("text")); typed != "" {
		text = typed + "\n" + text
	}
	form.Set("text", text)
	return s.doTalk(c, "canned", "", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) error {
		return s.opt.Desk.SaveDraft(ctx, v, id, handoff.Written{Text: form.Get("text"), Key: form.Get("key")})
	})
}
