package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/background"
	"nagorik/handoff/maybe"
)

// Background is the work beside the turns: background.Work.
type Background interface {
	Standings(ctx context.Context) ([]background.Standing, error)
	Again(ctx context.Context, task string) error
}

type taskAnswer struct {
	Task    string     `json:"task"`
	Every   int        `json:"every_seconds" jsonschema_description:"how often it is done without being asked for"`
	Waiting int        `json:"waiting" jsonschema_description:"rounds that have not begun"`
	Running int        `json:"running" jsonschema_description:"rounds under way, in any process"`
	Failed  int        `json:"failed" jsonschema_description:"rounds of the last day that failed"`
	Failing bool       `json:"failing" jsonschema_description:"whether the last round failed"`
	Done    *time.Time `json:"done_at" jsonschema:"nullable" jsonschema_description:"the end of the last good round; null when it was more than two hours ago"`
	Fault   string     `json:"error" jsonschema_description:"of the last round that failed"`
	FaultAt *time.Time `json:"error_at" jsonschema:"nullable"`
}

type askedAnswer struct {
	Asked string `json:"asked" jsonschema_description:"the task that is done next"`
}

// backgroundRoutes are for the administrator: how the background work fares.
func backgroundRoutes() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: "/api/v1/background", Needs: TroubleManage, Summary: "How the work beside the turns fares: reminders, notices, figures",
			Answer: listOf[taskAnswer]{}, handle: (*Server).listTasks,
		},
		{
			Method: http.MethodPost, Path: "/api/v1/background/:task/run", Needs: TroubleManage, Summary: "Do a task now; doing it once more than needed changes nothing",
			Body: nothingBody{}, Answer: askedAnswer{}, handle: (*Server).runTask,
		},
	}
}

func shapeTask(s background.Standing) taskAnswer {
	return taskAnswer{
		Task: s.Task, Every: int(s.Every / time.Second), Waiting: s.Waiting, Running: s.Running, Failed: s.Failed, Failing: s.Failing,
		Done: maybe.Null(s.Done), Fault: s.Fault, FaultAt: maybe.Null(s.FaultAt),
	}
}

func (s *Server) listTasks(c echo.Context) error {
	list, err := s.opt.Background.Standings(c.Request().Context())
	if err != nil {
		return err
	}
	return answer(c, listOf[taskAnswer]{Items: each(list, shapeTask)})
}

func (s *Server) runTask(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	if err := s.again(c); err != nil {
		return err
	}
	return answer(c, askedAnswer{c.Param("task")})
}

// again asks for the task of the path.
func (s *Server) again(c echo.Context) error {
	err := s.opt.Background.Again(c.Request().Context(), c.Param("task"))
	if errors.Is(err, background.ErrUnknown) {
		return &problem{status: http.StatusNotFound, code: "not_found", message: "there is no such background work; GET /api/v1/background names what there is"}
	}
	return err
}
