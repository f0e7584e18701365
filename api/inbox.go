package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// inboxPath is the first page of the desk.
const inboxPath = "/console/inbox"

// talksPath is where conversations are.
const talksPath = "/console/conversations"

// inboxView is the desk now.
type inboxView struct {
	page
	Saved   filtersPart
	Here    string // the address that the lists are fetched from again
	On      bool   // the viewer is on duty
	Filters []field
	Narrow  bool
	Parts   []inboxPart
}

// inboxPart is one of the lists of the desk.
type inboxPart struct {
	page
	ID     string
	Title  string
	Count  string
	Lines  []inboxLine
	Empty  empty
	Waits  bool // these can be taken
	Others bool // these are with different people
}

// inboxLine is a conversation at the desk.
type inboxLine struct {
	talkLine
	Name   string
	Reason string
	Since  time.Time
	Span   string
	Missed bool // the citizen was promised an answer by now
}

// talkPages are the desk's conversations and what is done about them.
func talkPages() []Route {
	on := func(method, path string, needs Permission, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: path, Needs: needs, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		{
			Method: http.MethodGet, Path: streamPath, Needs: StreamRead, handle: (*Server).followPages,
			Summary: "Server-sent events of what changes, for the pages", Type: "text/event-stream",
			Query: []Parameter{{Name: queryShown, Type: "integer", Summary: "When the page was made, microseconds since 1970: of what has changed since then it is told first"}},
		},
		{
			Method: http.MethodGet, Path: "/console/photos/:id", Needs: CaseRead, handle: (*Server).showPhoto,
			Summary: "A photo as it is shown on the pages", Type: "image/jpeg",
		},
		on(http.MethodGet, inboxPath, ConversationRead, (*Server).showInbox, "Who waits at the desk, and what one has"),
		on(http.MethodPost, "/console/duty", DutyChange, (*Server).switchDuty, "Come on duty or go off it"),
		on(http.MethodGet, talksPath, ConversationRead, (*Server).listTalks, "Conversations, the newest first"),
		on(http.MethodGet, talksPath+"/:id", ConversationRead, (*Server).showConversationPage, "A conversation with the record beside it"),
		on(http.MethodPost, talksPath+"/:id/take", ConversationWork, (*Server).takeTalk, "Take a conversation"),
		on(http.MethodPost, talksPath+"/:id/reply", ConversationWork, (*Server).replyTalk, "Write to the citizen"),
		on(http.MethodPost, talksPath+"/:id/draft", ConversationWork, (*Server).draftTalk, "Keep what is being written, unsent"),
		on(http.MethodPost, talksPath+"/:id/canned", ConversationWork, (*Server).cannedTalk, "Put a canned reply into the reply box"),
		on(http.MethodPost, talksPath+"/:id/messages/:message/retry", ConversationWork, (*Server).retryTalk, "Send a reply once more"),
		on(http.MethodPost, talksPath+"/:id/note", ConversationWork, (*Server).noteTalk, "Write a note for colleagues"),
		on(http.MethodPost, talksPath+"/:id/release", ConversationWork, (*Server).releaseTalk, "Give a conversation back to the bot"),
		on(http.MethodPost, talksPath+"/:id/pass", ConversationWork, (*Server).passTalk, "Give a conversation to a colleague or a team"),
	}
}

func (s *Server) showInbox(c echo.Context) error {
	ctx, who := c.Request().Context(), viewer(c)
	queue, err := s.opt.Desk.Queue(ctx, who)
	if err != nil {
		return err
	}
	v := inboxView{page: s.page(c, "inbox_title"), Here: withoutQuery(c.Request().URL.RequestURI(), "done", "lang")}
	if v.On, err = s.onDuty(ctx, who); err != nil {
		return err
	}
	team, channel := c.QueryParam("team"), c.QueryParam("channel")
	v.Narrow = team+channel != ""
	v.Filters = s.inboxFilters(v.page, team, channel)
	if v.Saved, err = s.filters(c, v.page, "inbox"); err != nil {
		return err
	}
	keep := func(list []handoff.Conversation) []handoff.Conversation {
		return slices.DeleteFunc(list, func(t handoff.Conversation) bool {
			return team != "" && t.Team != team || channel != "" && t.Channel != channel
		})
	}
	mine, others, err := s.withAgents(ctx, who)
	if err != nil {
		return err
	}
	v.Parts = append(v.Parts, s.inboxPart(v.page, "waiting", keep(queue.Waiting)), s.inboxPart(v.page, "mine", keep(mine)))
	if who.Role != handoff.RoleAgent {
		v.Parts = append(v.Parts, s.inboxPart(v.page, "others", keep(others)))
	}
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "inboxparts", v)
	}
	return s.show(c, http.StatusOK, "inbox.html", v)
}

// withAgents are the open conversations that the viewer has, and for those who
// supervise also everybody else's.
func (s *Server) withAgents(ctx context.Context, who handoff.Viewer) (mine, others []handoff.Conversation, err error) {
	open := true
	f := handoff.ConversationFilter{PageOf: handoff.PageOf{Limit: handoff.MaxPageSize}, Owner: flows.OwnerAgent, Open: &open, Agent: who.AgentID}
	own, err := s.opt.Desk.Conversations(ctx, who, f)
	if err != nil || who.Role == handoff.RoleAgent {
		return own.Items, nil, err
	}
	f.Agent = [16]byte{}
	all, err := s.opt.Desk.Conversations(ctx, who, f)
	others = slices.DeleteFunc(all.Items, func(t handoff.Conversation) bool { return t.Agent != nil && t.Agent.ID == who.AgentID })
	return own.Items, others, err
}

// onDuty reports whether the viewer is on duty.
func (s *Server) onDuty(ctx context.Context, who handoff.Viewer) (bool, error) {
	staff, err := s.opt.Desk.Staff(ctx, who)
	i := slices.IndexFunc(staff, func(p handoff.Present) bool { return p.Agent.ID == who.AgentID })
	return i >= 0 && staff[i].OnDuty, err
}

// inboxFilters are the choices that narrow the lists.
func (s *Server) inboxFilters(p page, team, channel string) []field {
	return []field{
		{Name: "team", Label: p.Words["team"], Options: slices.Insert(s.teamOptions(p.Lang, chosenOf(team)), 0, option{Label: p.Words["any_team"]})},
		p.channelField(channel),
	}
}

// channelField is a choice of channels; one that is not known is kept.
func (p page) channelField(chosen string) field {
	names := []string{"messenger", "sms", "web"}
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append(names, chosen)
	}
	channels := []option{{Label: p.Words["any_channel"]}}
	for _, name := range names {
		channels = append(channels, option{name, p.channelName(name), name == chosen})
	}
	return field{Name: "channel", Label: p.Words["channel"], Options: channels}
}

// inboxPart is a list of the desk in words.
func (s *Server) inboxPart(p page, id string, talks []handoff.Conversation) inboxPart {
	part := inboxPart{page: p, ID: id, Title: p.Words["inbox_"+id], Count: p.Number(len(talks)), Waits: id == "waiting", Others: id == "others"}
	part.Empty = s.empty(p, "inbox_no_"+id, "inbox_no_"+id+"_text")
	for _, t := range talks {
		part.Lines = append(part.Lines, s.inboxLine(p, t))
	}
	return part
}

func (s *Server) inboxLine(p page, t handoff.Conversation) inboxLine {
	l := inboxLine{talkLine: s.talkLine(p, t), Name: cmp.Or(t.Contact.Name, p.Words["no_name"]), Reason: p.reason(t.Reason), Since: t.LastInAt}
	if t.QueuedAt != nil {
		l.Since = *t.QueuedAt
	}
	l.Span = p.span(max(0, p.now.Sub(l.Since)))
	l.Missed = t.MissedAt != nil || t.PromisedAt != nil && t.PromisedAt.Before(p.now)
	return l
}

// reason is why a conversation came to the desk, in words.
func (p page) reason(why string) string {
	if why == "" {
		return "–"
	}
	return cmp.Or(p.Words["reason_"+why], why)
}

// switchDuty lets somebody come on duty or go off it.
func (s *Server) switchDuty(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, on := c.Request().Context(), form.Get("on")
	switch on {
	case "yes":
		_, err = s.opt.Talk.GoOnDuty(ctx, viewer(c), handoff.Stated{})
	case "no":
		_, err = s.opt.Talk.GoOffDuty(ctx, viewer(c))
	default:
		return badField("on", "must be yes or no")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, inboxPath+"?done=duty_"+on)
}
