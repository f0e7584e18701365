package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// maxReplyShown is how long a reply may be, in characters.
const maxReplyShown = 4000

// pointText is a place in degrees.
func pointText(p handoff.Point) string { return fmt.Sprintf("%.5f, %.5f", p.Lat, p.Lon) }

// offers puts the forms into the view, with what was typed.
func (v *conversationView) offers(s *Server, staff []handoff.Present, t handoff.Conversation, tried talkTried) {
	typed := tried.form.Get("text")
	if tried.form == nil || tried.verb == "note" {
		typed = v.Draft
	}
	v.Reply = field{Name: "text", Label: v.Words["talk_reply"], Value: typed, Rows: 3, Most: maxReplyShown}
	if v.Key = tried.form.Get("key"); v.Key == "" {
		v.Key = handoff.NewID().String()
	}
	v.Pass = s.passFields(v.page, staff, tried.form)
	switch {
	case tried.clash:
		v.Alert = v.clash(t)
		if !v.Mine {
			v.Kept = typed
		}
	case tried.noPhoto:
		v.PhotoFault = v.Words["fault_no_photo"]
	case tried.unsent:
		v.Kept = typed
	case tried.verb == "note": // see noteFields
	case tried.fault != nil && tried.verb == "pass":
		v.Fault = v.Words["fault_assign"]
	case tried.fault != nil && tried.fault.Field == "photo":
		v.PhotoFault = v.Words["fault_photo"]
	case tried.fault != nil && tried.fault.Field == "places":
		v.Reply.Fault = v.Say("fault_places", "places", strings.Join(handoff.Unfilled(typed), ", "))
	case tried.fault != nil && strings.TrimSpace(typed) == "":
		v.Reply.Fault = v.Words["fault_empty"]
	case tried.fault != nil:
		v.Reply.Fault = v.Words["fault_reply_long"]
	}
}

// clash says who was first.
func (v *conversationView) clash(t handoff.Conversation) string {
	switch {
	case t.ClosedAt != nil:
		return v.Words["clash_over"]
	case t.Agent != nil && t.Agent.ID != v.Agent.ID:
		return v.Say("clash_agent", "name", t.Agent.Name)
	case t.Owner == flows.OwnerQueue:
		return v.Words["clash_queue"]
	case t.Owner == flows.OwnerBot:
		return v.Words["clash_bot"]
	default:
		return v.Words["clash_moved"]
	}
}

// passFields are the colleagues and teams a conversation can go to.
func (s *Server) passFields(p page, staff []handoff.Present, form url.Values) []field {
	who := []option{{Label: p.Words["assign_nobody"]}}
	for _, one := range staff {
		if one.Agent.ID == p.Agent.ID {
			continue
		}
		name := one.Agent.Name
		if one.OnDuty {
			name += " · " + p.Words["on_duty"] + " · " + p.Say("has_open", "n", p.Number(one.Open), "most", p.Number(one.Capacity))
		}
		who = append(who, option{one.Agent.ID.String(), name, one.Agent.ID.String() == form.Get("agent")})
	}
	teams := slices.Insert(s.teamOptions(p.Lang, chosenOf(form.Get("team"))), 0, option{Label: p.Words["team_stays"]})
	return []field{{Name: "agent", Label: p.Words["assign_agent"], Options: who}, {Name: "team", Label: p.Words["team"], Options: teams}}
}

// doTalk does a verb to the conversation of the path. next is where it leads.
func (s *Server) doTalk(c echo.Context, verb, next string, do func(context.Context, handoff.Viewer, uuid.UUID, url.Values) error) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	err = do(c.Request().Context(), viewer(c), id, form)
	t := talkTried{verb: verb, form: form}
	switch {
	case errors.As(err, &t.fault):
		if err := s.keepReplyDraft(c, id, t); err != nil {
			return err
		}
		return s.showConversationAs(c, http.StatusUnprocessableEntity, id, t)
	case errors.Is(err, handoff.ErrTaken), errors.Is(err, handoff.ErrConflict):
		t.clash = true
		if err := s.keepReplyDraft(c, id, t); err != nil {
			return err
		}
		return s.showConversationAs(c, http.StatusConflict, id, t)
	case errors.Is(err, bot.ErrWindow), errors.Is(err, bot.ErrNobodyReads), errors.Is(err, bot.ErrNoPhoto): // the page says why
		t.unsent, t.noPhoto = true, errors.Is(err, bot.ErrNoPhoto)
		return s.showConversationAs(c, http.StatusConflict, id, t)
	case err != nil:
		return err
	}
	if next == "" {
		next = talksPath + "/" + id.String()
	}
	return c.Redirect(http.StatusSeeOther, next+"?done=talk_"+verb)
}

// takeTalk takes a conversation. In the middle of a service it asks first, on
// the page that shows where the citizen stands.
func (s *Server) takeTalk(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	if form.Get("sure") == "" {
		asks, err := s.takeAsks(c, id)
		if err != nil {
			return err
		}
		if asks {
			return c.Redirect(http.StatusSeeOther, talksPath+"/"+id.String()+"?confirm=take")
		}
	}
	return s.doTalk(c, "take", "", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, _ url.Values) error {
		return s.opt.Talk.Take(ctx, v, id, v.Name)
	})
}

// takeAsks reports whether the bot has the conversation in the middle of a
// service.
func (s *Server) takeAsks(c echo.Context, id uuid.UUID) (bool, error) {
	v := conversationView{page: s.page(c, "talk_title")}
	record, err := s.opt.Desk.Conversation(c.Request().Context(), viewer(c), id, handoff.PageOf{Limit: 1})
	if err != nil {
		return false, err
	}
	err = s.recordBeside(c, &v, record.Conversation)
	return v.Standing && record.ClosedAt == nil, err
}

// keepReplyDraft keeps a reply that comes back unsent. What is too long even for
// that stays in the form alone.
func (s *Server) keepReplyDraft(c echo.Context, id uuid.UUID, t talkTried) error {
	if t.verb != "reply" {
		return nil
	}
	err := s.opt.Desk.SaveDraft(c.Request().Context(), viewer(c), id, handoff.Written{Text: t.form.Get("text"), Key: t.form.Get("key")})
	var tooLong *handoff.FieldError
	if errors.As(err, &tooLong) {
		return nil
	}
	return err
}

// draftTalk keeps what is being written; the page's script says it now and then.
func (s *Server) draftTalk(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.SaveDraft(c.Request().Context(), viewer(c), id, handoff.Written{Text: form.Get("text"), Key: form.Get("key")}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) retryTalk(c echo.Context) error {
	message, err := uuidOf(c, "message")
	if err != nil {
		return err
	}
	return s.doTalk(c, "retry", "", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, _ url.Values) error {
		return s.opt.Talk.Retry(ctx, v, id, message)
	})
}

func (s *Server) releaseTalk(c echo.Context) error {
	return s.doTalk(c, "release", inboxPath, func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) error {
		to := bot.ReleaseTo(form.Get("to"))
		if to == bot.ReleaseEnd && form.Get("rate") != "" {
			to = bot.ReleaseRate
		}
		if !to.Known() {
			return badField("to", "must be resume, menu or end")
		}
		return s.opt.Talk.Release(ctx, v, id, to)
	})
}

func (s *Server) passTalk(c echo.Context) error {
	return s.doTalk(c, "pass", inboxPath, func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) error {
		to := handoff.Assignment{Team: form.Get("team")}
		if typed := form.Get("agent"); typed != "" {
			var err error
			if to.Agent, err = uuid.Parse(typed); err != nil {
				return &handoff.FieldError{Field: "agent", Message: "there is no such agent"}
			}
		}
		return s.opt.Talk.Pass(ctx, v, id, to)
	})
}
