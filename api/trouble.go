package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

// Reviver tries dead turns again: bot.Bot. Its errors are handoff's.
type Reviver interface {
	Revive(ctx context.Context, v handoff.Viewer, id uuid.UUID) (done bool, err error)
	ReviveAll(ctx context.Context, v handoff.Viewer) (done, dead int, err error)
}

type deadTurnAnswer struct {
	ID      string    `json:"id" jsonschema:"format=uuid"`
	At      time.Time `json:"at" jsonschema_description:"when it failed for the first time"`
	Channel string    `json:"channel" jsonschema_description:"empty when even that could not be read"`
	Tries   int       `json:"tries" jsonschema_description:"how often it failed"`
	Error   string    `json:"error" jsonschema_description:"why it failed the last time"`
}

type openedDeadTurnAnswer struct {
	deadTurnAnswer
	Address string `json:"address"`
	Event   string `json:"event" jsonschema_description:"what came, as it was decoded"`
}

type retriedAnswer struct {
	Done int `json:"done" jsonschema_description:"turns that are on record now, or safe in the spool"`
	Dead int `json:"dead" jsonschema_description:"turns that failed once more"`
}

type discardedAnswer struct {
	Discarded int `json:"discarded"`
}

// troubleRoutes are for the administrator: what came and could not be recorded.
func troubleRoutes() []Route {
	on := func(method, path, summary string, answer any, handle func(*Server, echo.Context) error) Route {
		r := Route{Method: method, Path: "/api/v1/trouble" + path, Needs: TroubleManage, Summary: summary, Answer: answer, handle: handle}
		if method == http.MethodPost {
			r.Body = nothingBody{}
		}
		return r
	}
	list := on(http.MethodGet, "", "Turns that could not be recorded, the newest first, without what was written", listOf[deadTurnAnswer]{}, (*Server).listDeadTurns)
	list.Query = []Parameter{paramNext, paramLimit}
	return []Route{
		list,
		on(http.MethodPost, "/retry_all", "Try the newest 100 once more; none is done twice", retriedAnswer{}, (*Server).retryDeadTurns),
		{
			Method: http.MethodGet, Path: "/api/v1/failed_photos", Needs: TroubleManage, Summary: "Photos that could not be fetched, the newest first",
			Answer: listOf[failedPhotoAnswer]{}, Query: []Parameter{paramNext, paramLimit}, handle: (*Server).listFailedPhotos,
		},
		{
			Method: http.MethodPost, Path: "/api/v1/failed_photos/:id/retry", Needs: TroubleManage, Summary: "Fetch a photo once more",
			Body: nothingBody{}, Answer: retriedPhotoAnswer{}, handle: (*Server).retryPhoto,
		},
		on(http.MethodPost, "/:id/open", "Read what was written; this is in the audit log", openedDeadTurnAnswer{}, (*Server).openDeadTurn),
		on(http.MethodPost, "/:id/retry", "Try one once more; it is not done twice", retriedAnswer{}, (*Server).retryDeadTurn),
		on(http.MethodPost, "/:id/discard", "Forget one", discardedAnswer{}, (*Server).discardDeadTurn),
	}
}

func shapeDeadTurn(t handoff.DeadTurn) deadTurnAnswer {
	return deadTurnAnswer{t.ID.String(), t.At, t.Channel, t.Tries, t.Fault}
}

func (s *Server) listDeadTurns(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.DeadTurns(c.Request().Context(), page)
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, shapeDeadTurn))
}

func (s *Server) openDeadTurn(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	t, err := s.opt.Desk.OpenDeadTurn(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	return answer(c, openedDeadTurnAnswer{shapeDeadTurn(t), t.Address, t.Event})
}

func (s *Server) retryDeadTurn(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	done, err := s.opt.Reviver.Revive(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	if done {
		return answer(c, retriedAnswer{Done: 1})
	}
	return answer(c, retriedAnswer{Dead: 1})
}

func (s *Server) retryDeadTurns(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	done, dead, err := s.opt.Reviver.ReviveAll(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	return answer(c, retriedAnswer{done, dead})
}

func (s *Server) discardDeadTurn(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	if err := s.opt.Desk.DiscardDeadTurn(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return answer(c, discardedAnswer{1})
}

type failedPhotoAnswer struct {
	ID           string    `json:"id" jsonschema:"format=uuid"`
	At           time.Time `json:"at" jsonschema_description:"when the person sent it"`
	Channel      string    `json:"channel"`
	Conversation *string   `json:"conversation" jsonschema:"nullable,format=uuid"`
	Case         *int64    `json:"case" jsonschema:"nullable" jsonschema_description:"its number"`
	Tries        int       `json:"tries"`
	Error        string    `json:"error" jsonschema_description:"why it failed the last time"`
}

type retriedPhotoAnswer struct {
	Photo string `json:"photo" jsonschema:"format=uuid"`
}

func (s *Server) listFailedPhotos(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.FailedPhotos(c.Request().Context(), page)
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, func(f handoff.FailedPhoto) failedPhotoAnswer {
		return failedPhotoAnswer{f.ID.String(), f.At, f.Channel, idOrNull(f.Conversation), maybe.Null(f.Case), f.Tries, f.Fault}
	}))
}

func (s *Server) retryPhoto(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	if err := s.opt.Desk.RetryPhoto(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return answer(c, retriedPhotoAnswer{id.String()})
}
