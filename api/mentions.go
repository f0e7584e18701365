package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// mentionsPath is where one finds the notes that name one.
const mentionsPath = "/console/mentions"

// mentionsView is the list of notes that name the viewer.
type mentionsView struct {
	page
	Here  string // the address that the list is fetched from again
	Lines []mentionLine
	Empty empty
	Pager pager
}

// mentionLine is a note that names the viewer.
type mentionLine struct {
	By   string
	Text string
	At   time.Time
	New  bool
	Path string
	Talk string // whose conversation, and about what
}

func mentionRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: mentionsPath, Needs: ConversationRead, handle: (*Server).listMentionsPage, Summary: "Notes of colleagues that name one", Type: html},
		{Method: http.MethodGet, Path: mentionsPath + "/unread", Needs: ConversationRead, handle: (*Server).countMentions, Summary: "How many of them are not read yet, for the menu", Type: html},
		{
			Method: http.MethodGet, Path: "/api/v1/mentions", Needs: ConversationRead, handle: (*Server).listMentions,
			Summary: "Notes of colleagues that name the caller, the newest first", Answer: listOf[mentionAnswer]{}, Query: []Parameter{paramNext, paramLimit},
		},
	}
}

func (s *Server) listMentionsPage(c echo.Context) error {
	list, err := s.opt.Desk.Mentions(c.Request().Context(), viewer(c), handoff.PageOf{Cursor: c.QueryParam("next")})
	if err != nil {
		return err
	}
	v := mentionsView{page: s.page(c, "mentions_title"), Here: withoutQuery(c.Request().URL.RequestURI(), "done", "lang")}
	for _, m := range list.Items {
		talk := s.inboxLine(v.page, m.Conversation)
		name := talk.Name
		if talk.About != "" {
			name += " · " + talk.About
		}
		v.Lines = append(v.Lines, mentionLine{
			By: m.Note.By.Name, Text: m.Note.Text, At: m.Note.At, New: m.ReadAt == nil, Talk: name,
			Path: talksPath + "/" + m.Conversation.ID.String() + "#m-" + m.Note.ID.String(),
		})
	}
	v.Pager, v.Empty = v.pager(c, list.Next), s.empty(v.page, "mentions_empty", "mentions_empty_text")
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "mentionlines", v)
	}
	return s.show(c, http.StatusOK, "mentions.html", v)
}

// countMentions is the number in the menu, fetched when something was noted.
func (s *Server) countMentions(c echo.Context) error {
	v := s.page(c, "mentions_title")
	v.countUnread(s, c)
	return s.show(c, http.StatusOK, "unread", v)
}

// countUnread fills in how many notes that name the viewer he has not opened.
// A page is as good without it.
func (p *page) countUnread(s *Server, c echo.Context) {
	n, err := s.opt.Desk.Unread(c.Request().Context(), p.Agent.Viewer())
	if err != nil {
		s.log.Warn("the mentions were not counted", "error", err)
		return
	}
	if n > 0 {
		p.Unread = p.Number(n)
	}
}

// mentionAnswer is a note that names the caller.
type mentionAnswer struct {
	Note         talkNoteAnswer     `json:"note"`
	Conversation conversationAnswer `json:"conversation"`
	ReadAt       *time.Time         `json:"read_at" jsonschema:"nullable" jsonschema_description:"when the conversation was opened in the console since; null: not yet"`
}

func (s *Server) listMentions(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.Mentions(c.Request().Context(), viewer(c), page)
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, func(m handoff.Mention) mentionAnswer {
		return mentionAnswer{shapeTalkNote(m.Note), shapeConversation(m.Conversation), m.ReadAt}
	}))
}
