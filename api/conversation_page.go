package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot/messenger"
	"nagorik/flows"
	"nagorik/handoff"
)

// conversationView is a conversation with the record beside it.
type conversationView struct {
	page
	Here       string // the thread's address, to fetch it again
	Held       string // who has it, as heldAs says it
	Moved      bool   // it has changed hands since the page was made: the forms come along with the thread
	Line       inboxLine
	Path       string
	Mine       bool
	Over       bool
	Taking     bool // it can be taken
	Standing   bool // the bot is in the middle of a service; taking asks first
	Asked      bool // that question shows
	Passing    bool
	Alert      string
	Kept       string // what was written in vain
	Messages   []messageLine
	Pager      pager
	Window     *pill
	Silent     string // why no answer can be sent; empty: one can
	State      string
	Version    string
	Facts      []fact
	Contact    string
	Call       template.URL
	Person     handoff.ContactRecord
	Reach      []identityLine
	Talks      []talkLine
	Cases      []caseLine
	Draft      string
	Reply      field
	Canned     []cannedChoice
	PhotoFault string
	Key        string
	Pass       []field
	Note       field
	Noting     bool   // what is wrong with a note shows
	Mention    *field // whom a note can name; nil: nobody else sees this
	Fault      string // what is wrong with passing
}

// messageLine is a line of the thread.
type messageLine struct {
	handoff.Message
	Who    string
	Side   string // whose bubble it is: "citizen", "bot" or "agent"
	Day    string // the day that begins with it; empty: it is the day of the one before
	Status *pill
	Why    string // it is not sent, in words
	Said   string // by the provider, about that
	Again  string // where it is sent once more; empty: it cannot be, or not by the viewer
	Shots  []photoThumb
	Pin    string
	Date   string        // of Day, for programs
	Unread string        // what came that cannot be shown
	Named  []handoff.Ref // whom a note names
}

// talkTried is a verb that was not done: what was typed, and why not.
type talkTried struct {
	verb  string
	form  url.Values
	fault *handoff.FieldError
	clash bool
	// unsent: nobody can be answered there, or not any more
	unsent  bool
	noPhoto bool // because of its photo
}

func (s *Server) showConversationPage(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return s.showConversationAs(c, http.StatusOK, id, talkTried{})
}

// showConversationAs shows a conversation, with a form that comes back if
// something was tried.
func (s *Server) showConversationAs(c echo.Context, status int, id uuid.UUID, t talkTried) error {
	ctx, who := c.Request().Context(), viewer(c)
	if c.Request().Header.Get("HX-Request") == "" { // somebody has opened it
		if err := s.opt.Desk.ReadMentions(ctx, who, id); err != nil {
			return err
		}
	}
	record, err := s.opt.Desk.Conversation(ctx, who, id, handoff.PageOf{Cursor: c.QueryParam("next")})
	if err != nil {
		return err
	}
	v := conversationView{page: s.page(c, "talk_title"), Path: talksPath + "/" + id.String(), Over: record.ClosedAt != nil}
	v.Here, v.Held = v.Path, heldAs(record.Conversation) // after a verb that was not done too
	if next := c.QueryParam("next"); next != "" {
		v.Here = withQuery(v.Here, "next", next)
	}
	v.Line = s.inboxLine(v.page, record.Conversation)
	v.Title = v.Line.Name
	v.Pager = v.pager(c, record.Next)
	v.Messages = s.thread(v.page, record, v.Line.Name)
	v.Mine = !v.Over && record.Owner == flows.OwnerAgent && record.Agent != nil && record.Agent.ID == who.AgentID
	if v.Mine || !v.Over && who.Role != handoff.RoleAgent {
		v.offerRetries(record.LastInAt)
	}
	template := "conversation.html"
	if c.Request().Header.Get("HX-Request") != "" {
		if was := c.QueryParam(queryHeld); was == "" || was == v.Held {
			return s.show(c, status, "thread", v)
		}
		v.Moved, template = true, "moved"
	}
	v.Taking = !v.Over && (record.Owner != flows.OwnerAgent || record.Agent == nil)
	v.Passing = !v.Over && (v.Mine || record.Owner == flows.OwnerQueue || who.Role != handoff.RoleAgent)
	v.Window, v.Silent = v.windowPill(record.Conversation), v.silence(record.Conversation)
	if err := s.recordBeside(c, &v, record.Conversation); err != nil {
		return err
	}
	if err := s.offerCanned(c, &v, record.Conversation); err != nil {
		return err
	}
	v.Asked = v.Standing && c.QueryParam("confirm") == "take"
	if v.Draft, err = s.opt.Desk.Draft(ctx, who, id); err != nil {
		return err
	}
	staff, err := s.opt.Desk.Staff(ctx, who)
	if err != nil {
		return err
	}
	v.offers(s, staff, record.Conversation, t)
	colleagues, err := s.opt.Desk.Colleagues(ctx, who, id)
	if err != nil {
		return err
	}
	v.noteFields(colleagues, t)
	return s.show(c, status, template, v)
}

// queryHeld is who had the conversation when the page was made: its forms are
// for that.
const queryHeld = "held"

// heldAs is who has a conversation, as queryHeld says it.
func heldAs(t handoff.Conversation) string {
	switch {
	case t.ClosedAt != nil:
		return "closed"
	case t.Owner == flows.OwnerAgent && t.Agent != nil:
		return t.Agent.ID.String()
	default:
		return string(t.Owner)
	}
}

// recordBeside reads what is known about the person and the dialogue.
func (s *Server) recordBeside(c echo.Context, v *conversationView, t handoff.Conversation) error {
	ctx, who := c.Request().Context(), viewer(c)
	raw, err := s.opt.Desk.Checkpoint(ctx, who, t.ID)
	if err != nil {
		return err
	}
	var session flows.Session
	if json.Unmarshal(raw, &session) == nil { // one of an older release shows as none
		v.dialogue(s, session)
	}
	v.Standing = v.Standing && t.Owner == flows.OwnerBot
	if v.Person, err = s.opt.Desk.Contact(ctx, who, t.Contact.ID); errors.Is(err, handoff.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	v.Contact, v.Call = s.linkTo(v.page, contactsPath+"/:id", t.Contact.ID.String()), telLink(v.Person.Phone)
	for _, i := range v.Person.Identities {
		v.Reach = append(v.Reach, v.identityLine(i))
	}
	for _, talk := range v.Person.Conversations {
		if talk.ID != t.ID {
			line := s.talkLine(v.page, talk)
			line.Dealt = v.Person.DealtWith[talk.ID]
			v.Talks = append(v.Talks, line)
		}
	}
	for _, k := range v.Person.Cases {
		v.Cases = append(v.Cases, s.caseLine(v.page, k))
	}
	return nil
}

// dialogue is where the service stands, and every answer given so far. One
// left half-way is shown as well: it is what the citizen was about.
func (v *conversationView) dialogue(s *Server, session flows.Session) {
	id, state, answers := session.Flow, session.State, session.Answers
	v.Standing = id != ""
	if id == "" && session.Parked != nil {
		id, state, answers = session.Parked.Flow, session.Parked.State, session.Parked.Answers
	}
	f, _ := s.flow(id)
	v.State = state
	for _, o := range f.States {
		for _, slot := range f.Slots {
			if o.Name == state && o.Slot != "" && slot.Name == o.Slot {
				v.State = inLanguage(slot.Label, v.Lang, state)
			}
		}
	}
	if session.Catalog > 0 {
		v.Version = v.Number(int(session.Catalog))
	}
	for _, a := range answers {
		outline := flows.SlotOutline{Name: a.Slot}
		for _, slot := range f.Slots {
			if slot.Name == a.Slot {
				outline = slot
			}
		}
		v.Facts = append(v.Facts, v.factOf(outline, a.Value))
	}
}

// windowPill says how long Messenger still takes a reply; nil elsewhere.
func (p page) windowPill(t handoff.Conversation) *pill {
	if t.Channel != messenger.Name || t.ClosedAt != nil {
		return nil
	}
	left, last := t.LastInAt.Add(messenger.Window).Sub(p.now), t.LastInAt.Add(messenger.StaffWindow)
	switch {
	case !p.now.Before(last):
		return &pill{"bad", p.Words["window_over"]}
	case left <= 0:
		return &pill{"warn", p.Say("window_staff", "day", p.When(last))}
	case left < 2*time.Hour:
		return &pill{"warn", p.Say("window_left", "span", p.span(left))}
	default:
		return &pill{"", p.Say("window_left", "span", p.span(left))}
	}
}

// silence says why the citizen cannot be answered in a conversation, and what
// to do instead.
func (p page) silence(t handoff.Conversation) string {
	switch {
	case t.Channel == handoff.ChannelPhone || t.Channel == handoff.ChannelCounter:
		return p.Words["silent_call"]
	case t.Channel == messenger.Name && !p.now.Before(t.LastInAt.Add(messenger.StaffWindow)):
		return p.Words["silent_window"]
	default:
		return ""
	}
}

// thread is what was said, in words, with the days between.
func (s *Server) thread(p page, record handoff.ConversationRecord, citizen string) []messageLine {
	lines := make([]messageLine, len(record.Messages))
	for i, m := range record.Messages {
		lines[i] = s.messageLine(p, m, citizen)
	}
	lines = withNotes(lines, s.noteLines(record.Notes))
	for i := range lines {
		if at := lines[i].At; i == 0 || dateOf(at) != dateOf(lines[i-1].At) {
			lines[i].Day, lines[i].Date = p.dayName(at), dateOf(at)
		}
	}
	return lines
}

// messageLine is a message in words.
func (s *Server) messageLine(p page, m handoff.Message, citizen string) messageLine {
	l := messageLine{Message: m, Shots: s.photoThumbs(p, m.Photos), Side: m.Author}
	switch {
	case m.Author == "contact":
		l.Who, l.Side = citizen, "citizen"
	case m.Agent != nil:
		l.Who = m.Agent.Name
	default:
		l.Who = cmp.Or(p.Words["author_"+m.Author], m.Author)
	}
	l.fate(p, m)
	if m.Location != nil {
		l.Pin = pointText(*m.Location)
	}
	if m.Other != "" {
		l.Unread = p.Say("unread", "what", cmp.Or(p.Words["other_"+m.Other], m.Other))
	}
	return l
}
