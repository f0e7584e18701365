package api

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

type caseAnswer struct {
	Number       int64             `json:"number"`
	Flow         string            `json:"flow"`
	Kind         string            `json:"kind" jsonschema:"enum=complaint,enum=request,enum=question,enum=suggestion"`
	Title        string            `json:"title"`
	Status       string            `json:"status"`
	Ward         *int              `json:"ward" jsonschema:"nullable"`
	WardBy       string            `json:"ward_by" jsonschema_description:"where the ward comes from: number, area, text, pin, place, remembered, photo, unknown or desk; empty when it was not asked"`
	WardSure     string            `json:"ward_confidence" jsonschema:"enum=sure,enum=likely,enum=unsure"`
	Team         string            `json:"team"`
	Agent        *nameAnswer       `json:"agent" jsonschema:"nullable"`
	Place        string            `json:"place"`
	Location     *pointAnswer      `json:"location" jsonschema:"nullable"`
	Answers      json.RawMessage   `json:"answers" jsonschema_description:"what was asked, by slot"`
	Photos       []photoAnswer     `json:"photos"`
	Contact      nameAnswer        `json:"contact"`
	Conversation string            `json:"conversation" jsonschema:"format=uuid"`
	Channel      string            `json:"channel"`
	OpenedAt     time.Time         `json:"opened_at"`
	DueAt        *time.Time        `json:"due_at" jsonschema:"nullable"`
	UpdatedAt    time.Time         `json:"updated_at"`
	Timeline     []happeningAnswer `json:"timeline" jsonschema_description:"oldest first"`
	DuplicateOf  *int64            `json:"duplicate_of" jsonschema:"nullable" jsonschema_description:"the main case of the same matter"`
	Duplicates   []int64           `json:"duplicates" jsonschema_description:"the cases whose main case this is"`
	Followers    []followerAnswer  `json:"followers" jsonschema_description:"who hears of it like the reporter"`
}

type happeningAnswer struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	By   string    `json:"by" jsonschema_description:"the agent's name; empty when it was the contact or the bot"`
	Text string    `json:"text"`
}

func shapeCase(k handoff.Case) caseAnswer {
	return caseAnswer{
		Number: k.Number, Flow: k.Flow, Kind: string(k.Kind), Title: k.Title, Status: string(k.Status), Ward: maybe.Null(k.Ward),
		WardBy: string(k.WardBy), WardSure: string(k.WardBy.Confidence()),
		Team: k.Team, Agent: shapeAgent(k.Agent), Place: k.Place, Location: shapePoint(k.Location), Answers: raw(k.Answers),
		Photos: each(k.Photos, shapePhoto), Contact: shapeName(k.Contact), Conversation: k.Conversation.String(), Channel: k.Channel,
		OpenedAt: k.OpenedAt, DueAt: k.DueAt, UpdatedAt: k.UpdatedAt, Timeline: each(k.Timeline, shapeHappening),
		DuplicateOf: maybe.Null(k.DuplicateOf), Duplicates: each(k.Duplicates, func(n int64) int64 { return n }), Followers: each(k.Followers, shapeFollower),
	}
}

type followerAnswer struct {
	nameAnswer
	By string `json:"by" jsonschema:"enum=duplicate,enum=joined" jsonschema_description:"a duplicate of it is theirs, or they joined it instead of reporting it again"`
}

func shapeFollower(f handoff.Follower) followerAnswer {
	a := followerAnswer{nameAnswer: shapeName(f.Ref), By: "duplicate"}
	if f.Joined {
		a.By = "joined"
	}
	return a
}

func shapeHappening(h handoff.Happening) happeningAnswer {
	a := happeningAnswer{At: h.At, Kind: h.Kind, Text: h.Text}
	if h.By != nil {
		a.By = h.By.Name
	}
	return a
}

// caseParameters are the filters of a list of cases.
func caseParameters() []Parameter {
	statuses := make([]string, 0, len(handoff.CaseStatuses()))
	for _, s := range handoff.CaseStatuses() {
		statuses = append(statuses, string(s))
	}
	return []Parameter{
		{Name: "status", Type: "string", Enum: statuses, Summary: "where it stands"},
		{Name: "flow", Type: "string", Summary: "id of the service"},
		{Name: "ward", Type: "integer", Summary: "number of the ward"},
		{
			Name: "kind", Type: "string", Summary: "what sort of matter it is",
			Enum: []string{string(flows.Complaint), string(flows.Request), string(flows.Question), string(flows.Suggestion)},
		},
		{Name: "from", Type: "string", Format: "date", Summary: "opened on this day of Asia/Dhaka or later"},
		{Name: "to", Type: "string", Format: "date", Summary: "opened on this day of Asia/Dhaka or earlier"},
		{Name: "q", Type: "string", Summary: "a case number, a phone number, a person's name, or words of the title or the place"},
		paramNext, paramLimit,
	}
}

func (s *Server) listCases(c echo.Context) error {
	filter, err := caseFilter(c)
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.Cases(c.Request().Context(), viewer(c), filter)
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, shapeCase))
}

func caseFilter(c echo.Context) (handoff.CaseFilter, error) {
	f := handoff.CaseFilter{
		Status: handoff.CaseStatus(c.QueryParam("status")), Flow: c.QueryParam("flow"),
		Kind: flows.Kind(c.QueryParam("kind")), Query: c.QueryParam("q"),
	}
	var err error
	if f.PageOf, err = pageOf(c); err != nil {
		return f, err
	}
	if f.Ward, err = ward(c); err != nil {
		return f, err
	}
	if f.From, err = day(c, "from"); err != nil {
		return f, err
	}
	to, err := day(c, "to")
	if err == nil && !to.IsZero() {
		f.To = to.AddDate(0, 0, 1)
	}
	return f, err
}

func (s *Server) showCase(c echo.Context) error {
	number, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.ErrNotFound
	}
	k, err := s.opt.Desk.Case(c.Request().Context(), viewer(c), number)
	if err != nil {
		return err
	}
	return answer(c, shapeCase(k))
}
