package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot/background"
	"nagorik/handoff"
)

// troublePath is where the administrator sees what could not be done.
const troublePath = "/console/trouble"

// troubleShown is how many turns and photos the page shows.
const troubleShown = 20

// troubleView is what could not be done, and how the background work fares.
type troubleView struct {
	page
	Turns     []deadTurnLine
	MoreTurns bool
	Photos    []failedPhotoLine
	MorePics  bool
	Work      []taskLine
}

// deadTurnLine is an event that could not be recorded.
type deadTurnLine struct {
	Path    string
	Channel string
	At      time.Time
	Tries   int
	Fault   string
}

// failedPhotoLine is a photo that could not be fetched.
type failedPhotoLine struct {
	deadTurnLine
	Talk string // path of the conversation; empty: none
}

// taskLine is how a piece of background work fares.
type taskLine struct {
	background.Standing
	Name  string
	Often string // in words
	State string // good, warn or bad
	Word  string // the state in words
	Run   string
}

func troublePages() []Route {
	on := func(method, path, summary string, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: troublePath + path, Needs: TroubleManage, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		on(http.MethodGet, "", "What could not be recorded or fetched, and how the background work fares", (*Server).showTrouble),
		on(http.MethodPost, "/turns/retry", "Try the newest dead turns once more", (*Server).retryTurnsPage),
		on(http.MethodPost, "/turns/:id/retry", "Try a dead turn once more", (*Server).retryTurnPage),
		on(http.MethodPost, "/turns/:id/open", "Read a dead turn; this is in the audit log", (*Server).openTurnPage),
		on(http.MethodPost, "/turns/:id/discard", "Forget a dead turn", (*Server).discardTurnPage),
		on(http.MethodPost, "/photos/:id/retry", "Fetch a photo once more", (*Server).retryPhotoPage),
		on(http.MethodPost, "/background/:task/run", "Do background work now", (*Server).runTaskPage),
	}
}

func (s *Server) showTrouble(c echo.Context) error {
	ctx, v := c.Request().Context(), troubleView{page: s.page(c, "trouble_title")}
	turns, err := s.opt.Desk.DeadTurns(ctx, handoff.PageOf{Limit: troubleShown})
	if err != nil {
		return err
	}
	pics, err := s.opt.Desk.FailedPhotos(ctx, handoff.PageOf{Limit: troubleShown})
	if err != nil {
		return err
	}
	v.MoreTurns, v.MorePics = turns.Next != "", pics.Next != ""
	v.Turns = each(turns.Items, func(t handoff.DeadTurn) deadTurnLine {
		return deadTurnLine{troublePath + "/turns/" + t.ID.String(), v.channelName(t.Channel), t.At, t.Tries, t.Fault}
	})
	v.Photos = each(pics.Items, v.failedPhoto)
	v.Work, err = s.taskLines(ctx, v.page)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "trouble.html", v)
}

func (p page) failedPhoto(f handoff.FailedPhoto) failedPhotoLine {
	l := failedPhotoLine{deadTurnLine: deadTurnLine{troublePath + "/photos/" + f.ID.String(), p.channelName(f.Channel), f.At, f.Tries, f.Fault}}
	if f.Conversation != nil {
		l.Talk = talksPath + "/" + f.Conversation.String()
	}
	return l
}

// taskLines are the background work, what fails first.
func (s *Server) taskLines(ctx context.Context, p page) ([]taskLine, error) {
	if s.opt.Background == nil {
		return nil, nil
	}
	list, err := s.opt.Background.Standings(ctx)
	if err != nil {
		return nil, err
	}
	var failing, others []taskLine
	for _, st := range list {
		l := p.taskLine(st)
		if st.Failing {
			failing = append(failing, l)
		} else {
			others = append(others, l)
		}
	}
	return append(failing, others...), nil
}

func (p page) taskLine(st background.Standing) taskLine {
	l := taskLine{Standing: st, Name: orWord(p.Words["task_"+st.Task], st.Task), State: "good", Word: p.Words["work_good"], Run: troublePath + "/background/" + st.Task + "/run"}
	switch {
	case st.Failing:
		l.State, l.Word = "bad", p.Words["work_failing"]
	case st.Failed > 0:
		l.State, l.Word = "warn", p.Words["work_failed"]
	case st.Done.IsZero() && st.Running == 0:
		l.State, l.Word = "", p.Words["work_none"]
	}
	switch {
	case st.Every == 0:
		l.Often = p.Words["work_given"]
	case st.Every < time.Minute:
		l.Often = p.Say("work_seconds", "n", p.Number(int(st.Every/time.Second)))
	case st.Every < time.Hour:
		l.Often = p.Say("work_minutes", "n", p.Number(int(st.Every/time.Minute)))
	default:
		l.Often = p.Say("work_hours", "n", p.Number(int(st.Every/time.Hour)))
	}
	return l
}

// backToTrouble leads back with the word of what was done.
func backToTrouble(c echo.Context, done string) error {
	return c.Redirect(http.StatusSeeOther, troublePath+"?done="+done)
}

func (s *Server) retryTurnsPage(c echo.Context) error {
	_, dead, err := s.opt.Reviver.ReviveAll(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	if dead > 0 {
		return backToTrouble(c, "still_dead")
	}
	return backToTrouble(c, "revived")
}

func (s *Server) retryTurnPage(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	done, err := s.opt.Reviver.Revive(c.Request().Context(), viewer(c), id)
	switch {
	case errors.Is(err, handoff.ErrSealedEvent):
		return backToTrouble(c, "sealed")
	case errors.Is(err, handoff.ErrConflict), err == nil && !done:
		return backToTrouble(c, "still_dead")
	case err != nil:
		return err
	}
	return backToTrouble(c, "revived")
}

// turnView is a dead turn that was opened.
type turnView struct {
	page
	Line    deadTurnLine
	Address string
	Event   string
}

func (s *Server) openTurnPage(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	t, err := s.opt.Desk.OpenDeadTurn(c.Request().Context(), viewer(c), id)
	if errors.Is(err, handoff.ErrSealedEvent) {
		return backToTrouble(c, "sealed")
	}
	if err != nil {
		return err
	}
	v := turnView{page: s.page(c, "trouble_turn"), Address: t.Address, Event: t.Event}
	v.Line = deadTurnLine{troublePath + "/turns/" + t.ID.String(), v.channelName(t.Channel), t.At, t.Tries, t.Fault}
	return s.show(c, http.StatusOK, "troubleturn.html", v)
}

func (s *Server) discardTurnPage(c echo.Context) error {
	return s.onTrouble(c, "discarded", s.opt.Desk.DiscardDeadTurn)
}

func (s *Server) retryPhotoPage(c echo.Context) error {
	return s.onTrouble(c, "photo_retry", s.opt.Desk.RetryPhoto)
}

// onTrouble does something to the one whose id is in the path.
func (s *Server) onTrouble(c echo.Context, done string, do func(context.Context, handoff.Viewer, uuid.UUID) error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), viewer(c), id); err != nil {
		return fmt.Errorf("trouble: %w", err)
	}
	return backToTrouble(c, done)
}

func (s *Server) runTaskPage(c echo.Context) error {
	if err := s.again(c); err != nil {
		return err
	}
	return backToTrouble(c, "work_asked")
}

// countTrouble fills in how much waits for the administrator. A page is as good
// without it.
func (p *page) countTrouble(s *Server, c echo.Context) {
	n, err := s.opt.Desk.Trouble(c.Request().Context())
	if err != nil {
		s.log.Warn("the trouble was not counted", "error", err)
		return
	}
	if n > 0 {
		p.Trouble = p.Number(n)
	}
}
