package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// alarmsPath is where staff see what is wrong now.
const alarmsPath = "/console/alarms"

// alarmsView is the list of alarms.
type alarmsView struct {
	page
	Here  string // the address that the list is fetched from again
	Open  []alarmLine
	Ended []alarmLine
	Empty empty
}

// alarmLine is an alarm in words: what is wrong, what it means and what can be
// done.
type alarmLine struct {
	Name    string
	Text    string
	Detail  string // the provider's or the program's own words; empty: none
	At      time.Time
	Ended   *time.Time
	Path    string // of the conversation it is about; empty: none
	End     string // where it is ended by hand; empty: it ends by itself
	EndName string // of the button, for who hears it
}

func alarmRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: alarmsPath, Needs: StreamRead, handle: (*Server).listAlarmsPage, Summary: "What is wrong now, and what can be done", Type: html},
		{Method: http.MethodGet, Path: alarmsPath + "/open", Needs: StreamRead, handle: (*Server).countAlarmsPage, Summary: "How many alarms are open, for the menu", Type: html},
		{Method: http.MethodPost, Path: alarmsPath + "/:id/end", Needs: ConversationWork, handle: (*Server).endAlarmPage, Summary: "End an alarm that was looked after", Type: html},
		{Method: http.MethodPost, Path: accountPath + "/alarms", Needs: AccountOwn, handle: (*Server).mailAlarms, Summary: "Whether alarms come by mail", Type: html},
		{
			Method: http.MethodGet, Path: "/api/v1/alarms", Needs: StreamRead, handle: (*Server).listAlarms,
			Summary: "What is wrong now: danger, broken promises, faults of channels and of the program", Answer: listOf[alarmAnswer]{},
		},
		{
			Method: http.MethodPost, Path: "/api/v1/alarms/:id/end", Needs: ConversationWork, handle: (*Server).endAlarm,
			Summary: "End an alarm that does not end by itself (danger, provider)", Body: nothingBody{}, Answer: endedAlarmAnswer{},
		},
	}
}

// alarmLine says an alarm in the page's language.
func (p page) alarmLine(a handoff.Alarm) alarmLine {
	l := alarmLine{Detail: a.Text, At: a.RaisedAt, Ended: a.ClearedAt}
	l.Name, l.Text = alarmWords(p.Words, a)
	if a.Conversation != nil {
		l.Path = talksPath + "/" + a.Conversation.String()
	}
	if a.ClearedAt == nil && handoff.EndsByHand(a.Kind) {
		l.End, l.EndName = alarmsPath+"/"+a.ID.String()+"/end", p.Words["alarm_end"]+": "+l.Name
	}
	return l
}

func (s *Server) listAlarmsPage(c echo.Context) error {
	ctx, v := c.Request().Context(), alarmsView{page: s.page(c, "alarms_title"), Here: alarmsPath}
	open, err := s.opt.Desk.Alarms(ctx, viewer(c))
	if err != nil {
		return err
	}
	ended, err := s.opt.Desk.EndedAlarms(ctx, viewer(c))
	if err != nil {
		return err
	}
	v.Open, v.Ended = each(open, v.alarmLine), each(ended, v.alarmLine)
	v.Empty = s.empty(v.page, "alarms_empty", "alarms_empty_text")
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "alarmlines", v)
	}
	return s.show(c, http.StatusOK, "alarms.html", v)
}

// countAlarmsPage is the number in the menu, fetched when one was raised or
// has ended.
func (s *Server) countAlarmsPage(c echo.Context) error {
	v := s.page(c, "alarms_title")
	v.countAlarms(s, c)
	return s.show(c, http.StatusOK, "openalarms", v)
}

// countAlarms fills in how many alarms are open. A page is as good without it.
func (p *page) countAlarms(s *Server, c echo.Context) {
	n, err := s.opt.Desk.OpenAlarms(c.Request().Context(), p.Agent.Viewer())
	if err != nil {
		s.log.Warn("the alarms were not counted", "error", err)
		return
	}
	if n > 0 {
		p.Alarms = p.Number(n)
	}
}

func (s *Server) endAlarmPage(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.EndAlarm(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, alarmsPath+"?done=alarm")
}

func (s *Server) mailAlarms(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.MailAlarms(c.Request().Context(), viewer(c).AgentID, form.Get("mail") == "on"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=saved")
}

// alarmAnswer is an alarm for programs.
type alarmAnswer struct {
	ID           string    `json:"id" jsonschema:"format=uuid"`
	Kind         string    `json:"kind" jsonschema:"enum=danger,enum=promise,enum=channel,enum=provider,enum=silence,enum=outbox,enum=spool,enum=work,enum=dead"`
	Subject      string    `json:"subject" jsonschema_description:"what is at fault: a channel, a task, a machine"`
	Conversation *string   `json:"conversation" jsonschema:"nullable,format=uuid"`
	Text         string    `json:"text" jsonschema_description:"the provider's or the program's words"`
	RaisedAt     time.Time `json:"raised_at"`
}

type endedAlarmAnswer struct {
	Ended string `json:"ended" jsonschema:"format=uuid"`
}

func (s *Server) listAlarms(c echo.Context) error {
	list, err := s.opt.Desk.Alarms(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	return answer(c, listOf[alarmAnswer]{Items: each(list, func(a handoff.Alarm) alarmAnswer {
		return alarmAnswer{a.ID.String(), a.Kind, a.Subject, idOrNull(a.Conversation), a.Text, a.RaisedAt}
	})})
}

func (s *Server) endAlarm(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	if err := s.opt.Desk.EndAlarm(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return answer(c, endedAlarmAnswer{id.String()})
}
