package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/api/form"
	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/handoff"
)

// maxAnswer is the largest answer in a call, in bytes: a photo as it comes from
// a camera, and what stands around it.
const maxAnswer = photos.MaxBytes + 1<<20

// callView is a call: the question to ask now, or what to read out.
type callView struct {
	page
	Path    string
	Post    string // the form's id: sent twice it is one answer
	Who     string
	Contact string
	Channel string
	Speaks  string // the citizen's language: of the question and of what is read out
	Talk    string // the conversation's page
	Said    []form.Line
	Given   []flows.Given
	Step    string
	Asked   int
	All     int
	Form    *form.Form
	Undo    bool // an answer can be taken back
	Filed   string
	Case    string // the page of the case that was opened
	Over    bool
	Desk    bool // the service has passed it to people
	Mine    bool
	Fault   string
	Note    field
}

func (s *Server) showCall(c echo.Context) error { return s.showCallAs(c, http.StatusOK, "") }

func (s *Server) showCallAs(c echo.Context, status int, fault string) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	st, err := s.opt.Calls.CallStand(c.Request().Context(), viewer(c), id, "")
	if err != nil {
		return err
	}
	v := callView{page: s.page(c, "call_title"), Path: callsPath + "/" + id.String(), Post: handoff.NewID().String(), Over: st.Over, Fault: fault}
	v.Who, v.Channel, v.Speaks = st.Contact.Name, v.channelName(st.Key.Channel), st.Language
	if v.Who == "" {
		v.Who = v.Words["no_name"]
	}
	v.Title = s.serviceName(v.Lang, st.Flow)
	v.Contact = s.linkTo(v.page, contactsPath+"/:id", st.Contact.ID.String())
	v.Talk = s.linkTo(v.page, talksPath+"/:id", id.String())
	v.Mine, v.Desk = st.By == v.Agent.ID, st.Owner != flows.OwnerBot
	v.Note = field{Name: "note", Label: v.Words["call_note"], Rows: 2, Most: maxNote}
	v.stand(s, &st)
	return s.show(c, status, "call.html", v)
}

// stand lays out where the call stands.
func (v *callView) stand(s *Server, st *bot.CallStand) {
	if st.Now.Filed > 0 {
		v.Filed = v.CaseNumber(st.Now.Filed)
		v.Case = s.linkTo(v.page, casesPath+"/:number", strconv.FormatInt(st.Now.Filed, 10))
	}
	if v.Over || v.Desk || st.Now.Flow == "" && st.Now.Resume == "" {
		v.Said = form.Said(st.Stand.Replies, "")
		return
	}
	v.Said = form.Said(st.Stand.Replies, st.Said)
	v.Form = form.Of(v.formWords(), &st.Now, len(v.Said) > 0)
	v.Given = st.Now.Given
	v.Form.Question = form.Question(v.Form.Question, v.Given)
	v.Undo = st.Now.Asked > 0
	v.Asked, v.All = st.Now.Asked, st.Now.Asked+st.Now.Left
	v.Step = v.Say("call_step", "n", v.Number(v.Asked+1), "all", v.Number(v.All))
}

// formWords are what a form says of its own to the agent.
func (p page) formWords() form.Words {
	return form.Words{
		Next: p.Words["call_next"], PhotoSend: p.Words["call_photo_send"], PhotoMore: p.Words["call_photo_more"], BoxesMost: p.Words["call_boxes_most"],
		DateExample: p.Words["call_date_example"], Taka: p.Words["call_taka"], Number: p.digits,
	}
}

// answerCall writes down an answer and asks the next question.
func (s *Server) answerCall(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	body, err := readBody(c, maxAnswer)
	if err != nil {
		return err
	}
	e, uploads, err := web.ReadForm(c.Request().Header.Get("Content-Type"), body)
	for _, photo := range uploads {
		var kept bot.Media
		if kept, err = s.opt.KeepPhoto(c.Request().Context(), photo); err != nil {
			break
		}
		e.Media = append(e.Media, kept)
	}
	if err == nil {
		err = s.opt.Calls.AnswerCall(c.Request().Context(), viewer(c), id, e)
	}
	return s.afterCall(c, id, err)
}

// afterCall leads back to the call, or says what is wrong with what was sent.
func (s *Server) afterCall(c echo.Context, id uuid.UUID, err error) error {
	var bad *web.FormError
	var wrong *handoff.FieldError
	var key string
	switch {
	case err == nil, errors.Is(err, handoff.ErrConflict): // where it stands now is the answer
		return c.Redirect(http.StatusSeeOther, callsPath+"/"+id.String())
	case errors.As(err, &bad):
		key = "fault_form_" + bad.Code
	case errors.As(err, &wrong):
		key = "fault_long"
	case errors.Is(err, photos.ErrTooBig), errors.Is(err, photos.ErrTooManyPixels):
		key = "fault_form_photo_too_big"
	case photos.Refused(err):
		key = "fault_form_photo"
	default:
		return err
	}
	words := s.console.words[language(c)]
	return s.showCallAs(c, http.StatusUnprocessableEntity, orWord(words[key], words["invalid_text"]))
}

// endCall ends a call where it stands.
func (s *Server) endCall(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	err = s.opt.Calls.EndCall(c.Request().Context(), viewer(c), id, strings.TrimSpace(form.Get("note")))
	return s.afterCall(c, id, err)
}
