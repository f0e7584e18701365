package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

type dutyBody struct {
	On        *bool    `json:"on" jsonschema_description:"true: I answer from now on; false: no longer"`
	Capacity  *int     `json:"capacity,omitempty" jsonschema_description:"conversations I take on at once, 0 to 100; when left out as before"`
	Languages []string `json:"languages,omitempty" jsonschema_description:"codes of the languages I answer in, an empty list for all; when left out as before"`
}

// presentAnswer is one of the staff at the desk.
type presentAnswer struct {
	ID        string     `json:"id" jsonschema:"format=uuid"`
	Name      string     `json:"name"`
	Role      string     `json:"role" jsonschema:"enum=agent,enum=supervisor,enum=administrator"`
	Teams     []string   `json:"teams" jsonschema_description:"empty: all"`
	Wards     []int      `json:"wards" jsonschema_description:"empty: all"`
	Languages []string   `json:"languages" jsonschema_description:"empty: all"`
	OnDuty    bool       `json:"on_duty" jsonschema_description:"and seen within the last quarter of an hour"`
	Since     *time.Time `json:"since" jsonschema:"nullable" jsonschema_description:"when they came on duty or went off; null: they never were on duty"`
	SeenAt    *time.Time `json:"seen_at" jsonschema:"nullable"`
	Capacity  int        `json:"capacity" jsonschema_description:"conversations at once"`
	Open      int        `json:"open" jsonschema_description:"conversations they have"`
}

// deskRoutes are who is at the desk.
func deskRoutes() []Route {
	return []Route{
		{
			Method: http.MethodPost, Path: "/api/v1/duty", Needs: DutyChange, handle: (*Server).changeDuty,
			Summary: "Come on duty or go off it", Body: dutyBody{}, Answer: presentAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/agents", Needs: StaffRead, handle: (*Server).listAgents,
			Summary: "The staff, those on duty first: to whom something can be given; at most 1,000", Answer: listOf[presentAnswer]{},
		},
	}
}

func shapePresent(p handoff.Present) presentAnswer {
	return presentAnswer{
		ID: p.Agent.ID.String(), Name: p.Agent.Name, Role: string(p.Role), Teams: each(p.Teams, same), Wards: each(p.Wards, same),
		Languages: each(p.Languages, same), OnDuty: p.OnDuty, Since: p.Since, SeenAt: p.SeenAt, Capacity: p.Capacity, Open: p.Open,
	}
}

func same[T any](v T) T { return v }

func (s *Server) changeDuty(c echo.Context) error {
	body, err := bodyOf[dutyBody](c)
	if err != nil {
		return err
	}
	if body.On == nil {
		return badField("on", "must be true or false")
	}
	ctx := c.Request().Context()
	var p handoff.Present
	if *body.On {
		p, err = s.opt.Talk.GoOnDuty(ctx, viewer(c), handoff.Stated{Capacity: body.Capacity, Languages: body.Languages})
	} else {
		p, err = s.opt.Talk.GoOffDuty(ctx, viewer(c))
	}
	if err != nil {
		return err
	}
	return answer(c, shapePresent(p))
}

func (s *Server) listAgents(c echo.Context) error {
	staff, err := s.opt.Desk.Staff(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	return answer(c, listAnswer(handoff.Page[handoff.Present]{Items: staff}, shapePresent))
}
