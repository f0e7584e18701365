package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// Where staff put contacts by telephone and at the counter on record.
const (
	callsPath   = "/console/calls"
	newCallPath = callsPath + "/new"
)

// Calls are contacts by telephone and at the counter, as the bot runs them.
type Calls interface {
	OpenCall(ctx context.Context, v handoff.Viewer, n handoff.NewCall) (handoff.Call, error)
	AnswerCall(ctx context.Context, v handoff.Viewer, id uuid.UUID, e bot.Event) error
	CallStand(ctx context.Context, v handoff.Viewer, id uuid.UUID, lang string) (bot.CallStand, error)
	EndCall(ctx context.Context, v handoff.Viewer, id uuid.UUID, note string) error
}

// callPages are the pages of it.
func callPages() []Route {
	on := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: path, Needs: ConversationWork, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		on(http.MethodGet, newCallPath, (*Server).showNewCall, "Put a call or a visit on record"),
		on(http.MethodPost, callsPath, (*Server).openCall, "Begin one"),
		on(http.MethodGet, callsPath+"/:id", (*Server).showCall, "A call: the question to ask now, or what to read out"),
		on(http.MethodPost, callsPath+"/:id/answer", (*Server).answerCall, "Write down an answer"),
		on(http.MethodPost, callsPath+"/:id/end", (*Server).endCall, "End a call where it stands"),
	}
}

// newCallView asks who it is and what it is about.
type newCallView struct {
	page
	Query  field
	Found  []callerLine
	None   bool // a search found nobody
	Person *callerLine
	Else   string // the address to choose somebody else
	New    []field
	Call   []field
	Known  []callerLine // who has the number that was typed for somebody new
	Open   []openCallLine
	Fault  string
}

// callerLine is somebody who may be the one.
type callerLine struct {
	contactLine
	ID   string
	Pick string // the address with this one chosen
}

// openCallLine is a call that the viewer has not ended.
type openCallLine struct {
	Path, Name, About, Channel string
	handoff.Call
}

func (s *Server) showNewCall(c echo.Context) error {
	form := c.QueryParams()
	return s.newCallAs(c, http.StatusOK, form, nil, nil)
}

// newCallAs shows the form with what was typed, what is wrong with it, and who
// has the telephone number already.
func (s *Server) newCallAs(c echo.Context, status int, form url.Values, wrong *handoff.FieldError, known []handoff.Contact) error {
	ctx, who := c.Request().Context(), viewer(c)
	v := newCallView{page: s.page(c, "call_title")}
	v.Finder = ""
	if err := s.caller(c, &v, form); err != nil {
		return err
	}
	v.fields(s, form)
	v.blame(wrong)
	for _, k := range known {
		v.Known = append(v.Known, s.callerLine(v.page, k, form))
	}
	calls, err := s.opt.Desk.OpenCalls(ctx, who)
	if err != nil {
		return err
	}
	for _, k := range calls {
		v.Open = append(v.Open, openCallLine{callsPath + "/" + k.Conversation.String(), orWord(k.Contact.Name, v.Words["no_name"]), s.serviceName(v.Lang, k.Flow), v.channelName(k.Key.Channel), k})
	}
	return s.show(c, status, "call_new.html", v)
}

// caller finds the one who was chosen, or those whom a search means.
func (s *Server) caller(c echo.Context, v *newCallView, form url.Values) error {
	ctx, who := c.Request().Context(), viewer(c)
	if id, err := uuid.Parse(form.Get("contact")); err == nil {
		record, err := s.opt.Desk.Contact(ctx, who, id)
		if err != nil {
			return err
		}
		line := s.callerLine(v.page, record.Contact, form)
		v.Person, v.Else = &line, pickAddress(form, "")
		return nil
	}
	q := strings.TrimSpace(form.Get("q"))
	v.Query = field{Name: "q", Label: v.Words["call_who"], Value: q, Type: "search", Hint: v.Words["contacts_hint"], Complete: "off", Most: maxSearch}
	if q == "" {
		return nil
	}
	list, err := s.opt.Desk.Contacts(ctx, who, handoff.ContactFilter{PageOf: handoff.PageOf{Limit: 10}, Query: q})
	if err != nil {
		return err
	}
	for _, k := range list.Items {
		v.Found = append(v.Found, s.callerLine(v.page, k, form))
	}
	v.None = len(v.Found) == 0
	return nil
}

func (s *Server) callerLine(p page, k handoff.Contact, form url.Values) callerLine {
	return callerLine{s.contactLine(p, k), k.ID.String(), pickAddress(form, k.ID.String())}
}

// pickAddress is the form's address with a contact chosen; what was chosen
// besides stays.
func pickAddress(form url.Values, contact string) string {
	keep := url.Values{}
	for _, name := range []string{"channel", "flow"} {
		if value := form.Get(name); value != "" {
			keep.Set(name, value)
		}
	}
	if contact != "" {
		keep.Set("contact", contact)
	}
	if len(keep) == 0 {
		return newCallPath
	}
	return newCallPath + "?" + keep.Encode()
}

// fields are the inputs, with what was typed; a search for a number or a name
// is the number or the name of somebody new.
func (v *newCallView) fields(s *Server, form url.Values) {
	name, phone := form.Get("name"), form.Get("phone")
	if q := strings.TrimSpace(form.Get("q")); q != "" && name == "" && phone == "" {
		if _, ok := bangla.Phone(q); ok {
			phone = q
		} else {
			name = q
		}
	}
	number := field{Name: "phone", Label: v.Words["call_number"], Value: phone, Type: "tel", Complete: "off", Most: 30, Hint: v.Words["call_number_hint"]}
	if v.Person == nil {
		languages := []option{{"bn", v.Words["language_bn"], form.Get("language") != "en"}, {"en", v.Words["language_en"], form.Get("language") == "en"}}
		v.New = []field{
			{Name: "name", Label: v.Words["name"], Value: name, Required: true, Complete: "off", Most: 100},
			number,
			{Name: "ward", Label: v.Words["ward"], Value: form.Get("ward"), Numeric: true, Complete: "off", Most: 4},
			{Name: "language", Label: v.Words["language"], Options: languages},
		}
	} else if v.Person.Phone == "" {
		v.Call = append(v.Call, number)
	}
	channels := []option{
		{handoff.ChannelPhone, v.Words["channel_phone"], form.Get("channel") != handoff.ChannelCounter},
		{handoff.ChannelCounter, v.Words["channel_counter"], form.Get("channel") == handoff.ChannelCounter},
	}
	services := append([]option{{Label: v.Words["call_no_service"]}}, s.serviceOptions(v.page, form.Get("flow"))...)
	v.Call = append(v.Call,
		field{Name: "channel", Label: v.Words["channel"], Options: channels},
		field{Name: "flow", Label: v.Words["service"], Options: services},
		field{Name: "note", Label: v.Words["call_note"], Value: form.Get("note"), Rows: 3, Most: maxNote, Hint: v.Words["call_note_hint"]},
	)
}

// blame says at the field what is wrong with it.
func (v *newCallView) blame(wrong *handoff.FieldError) {
	if wrong == nil {
		return
	}
	key := map[string]string{"name": "fault_name", "phone": "fault_phone", "ward": "fault_ward", "note": "fault_call_note"}[wrong.Field]
	for _, fields := range [][]field{v.New, v.Call} {
		for i := range fields {
			if fields[i].Name == wrong.Field && key != "" {
				fields[i].Fault = v.Words[key]
				return
			}
		}
	}
	v.Fault = v.Words["invalid_text"]
}

// openCall begins a call. Somebody new with the number of somebody on record is
// asked about first.
func (s *Server) openCall(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, who := c.Request().Context(), viewer(c)
	n, wrong := newCallOf(form)
	if wrong != nil {
		return s.newCallAs(c, http.StatusUnprocessableEntity, form, wrong, nil)
	}
	if n.Contact == uuid.Nil && form.Get("anyway") == "" {
		known, err := s.opt.Desk.WithPhone(ctx, who, n.Phone)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			return s.newCallAs(c, http.StatusOK, form, nil, known)
		}
	}
	call, err := s.opt.Calls.OpenCall(ctx, who, n)
	var waits *handoff.CallWaitsError
	switch {
	case errors.As(err, &wrong):
		return s.newCallAs(c, http.StatusUnprocessableEntity, form, wrong, nil)
	case errors.As(err, &waits):
		return c.Redirect(http.StatusSeeOther, talksPath+"/"+waits.Conversation.String()+"?done=call_waits")
	case err != nil:
		return err
	case call.Over:
		return c.Redirect(http.StatusSeeOther, contactPath(call.Contact.ID)+"?done=call_noted")
	}
	return c.Redirect(http.StatusSeeOther, callsPath+"/"+call.Conversation.String())
}

// newCallOf reads the form.
func newCallOf(form url.Values) (handoff.NewCall, *handoff.FieldError) {
	n := handoff.NewCall{Channel: form.Get("channel"), Flow: form.Get("flow"), Note: form.Get("note")}
	n.Name, n.Phone, n.Language = form.Get("name"), form.Get("phone"), form.Get("language")
	if typed := form.Get("contact"); typed != "" {
		id, err := uuid.Parse(typed)
		if err != nil {
			return n, &handoff.FieldError{Field: "contact", Message: "there is no such contact"}
		}
		n.Contact = id
	}
	if typed := strings.TrimSpace(bangla.Digits(form.Get("ward"))); typed != "" {
		ward, err := strconv.Atoi(typed)
		if err != nil || ward < 1 {
			return n, &handoff.FieldError{Field: "ward", Message: "must be the number of a ward"}
		}
		n.Ward = ward
	}
	return n, nil
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
