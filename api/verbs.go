package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/handoff"
)

// maxBody is the largest body of a verb, in bytes.
const maxBody = 64 << 10

// Talk is the desk's verbs on running conversations, as the bot does them.
type Talk interface {
	Take(ctx context.Context, v handoff.Viewer, id uuid.UUID, agentName string) error
	Reply(ctx context.Context, v handoff.Viewer, id uuid.UUID, w handoff.Written) error
	// Retry sends a reply once more.
	Retry(ctx context.Context, v handoff.Viewer, id, message uuid.UUID) error
	Release(ctx context.Context, v handoff.Viewer, id uuid.UUID, to bot.ReleaseTo) error
	Pass(ctx context.Context, v handoff.Viewer, id uuid.UUID, to handoff.Assignment) error
	GoOnDuty(ctx context.Context, v handoff.Viewer, s handoff.Stated) (handoff.Present, error)
	GoOffDuty(ctx context.Context, v handoff.Viewer) (handoff.Present, error)
	// CaseMoved tells those who watch that somebody worked on a case.
	CaseMoved(ctx context.Context, c handoff.Case)
}

// The bodies of the verbs.
type (
	replyBody struct {
		Text string `json:"text" jsonschema_description:"what the citizen reads, at most 4,000 characters"`
	}
	releaseBody struct {
		To string `json:"to" jsonschema:"enum=resume,enum=menu,enum=end" jsonschema_description:"where it goes on: where the dialogue stopped, at the menu, or not at all"`
	}
	assignBody struct {
		Agent string `json:"agent,omitempty" jsonschema_description:"id or e-mail address of the agent"`
		Team  string `json:"team,omitempty" jsonschema_description:"name of the team"`
	}
	noteBody struct {
		Note string `json:"note,omitempty" jsonschema_description:"at most 2,000 characters"`
	}
	referBody struct {
		To   string `json:"to" jsonschema_description:"the office it is passed to"`
		Note string `json:"note,omitempty" jsonschema_description:"at most 2,000 characters"`
	}
	duplicateBody struct {
		Of int64 `json:"of" jsonschema_description:"number of the case that reported the matter already"`
	}
	textBody struct {
		Text string `json:"text" jsonschema_description:"at most 2,000 characters"`
	}
	wardBody struct {
		Ward  int    `json:"ward" jsonschema_description:"number of the ward"`
		Alias string `json:"alias,omitempty" jsonschema_description:"words that shall mean this ward from now on, at most 60 characters"`
		Note  string `json:"note,omitempty" jsonschema_description:"at most 2,000 characters"`
	}
	nothingBody struct{}
)

// verbRoutes are what programs can do at the desk.
func verbRoutes() []Route {
	conversation := func(verb, summary string, body any, handle func(*Server, echo.Context) error) Route {
		return Route{
			Method: http.MethodPost, Path: "/api/v1/conversations/:id/" + verb, Needs: ConversationWork, Summary: summary, Body: body,
			Answer: conversationAnswer{}, handle: handle,
		}
	}
	of := func(verb, summary string, body any, handle func(*Server, echo.Context) error) Route {
		return Route{
			Method: http.MethodPost, Path: "/api/v1/cases/:number/" + verb, Needs: CaseWork, Summary: summary, Body: body,
			Answer: caseAnswer{}, handle: handle,
		}
	}
	ward := of("ward", "Correct the ward of a case, for supervisors; with an alias the words are remembered for the ward", wardBody{}, (*Server).placeCase)
	ward.Needs = WardCorrect
	return []Route{
		ward,
		conversation("take", "Take a conversation: from now on the bot is silent", nothingBody{}, (*Server).takeConversation),
		conversation("reply", "Write to the citizen; an Idempotency-Key makes a repeat harmless", replyBody{}, (*Server).replyConversation),
		conversation("messages/:message/retry", "Send a person's reply once more that failed, or of which nobody knows whether it arrived", nothingBody{}, (*Server).retryMessage),
		conversation("pass", "Give a conversation to another agent or to a team's queue", assignBody{}, (*Server).passConversation),
		conversation("release", "Give a conversation back to the bot", releaseBody{}, (*Server).releaseConversation),
		of("assign", "Give a case to an agent or a team", assignBody{}, (*Server).assignCase),
		of("start", "Work on an assigned case goes on", noteBody{}, (*Server).startCase),
		of("wait", "Work waits for somebody or something", noteBody{}, (*Server).waitCase),
		of("ask", "Work waits for the citizen, who is told the question in the note", noteBody{}, (*Server).askCitizen),
		of("resolve", "The matter is settled: say how", noteBody{}, (*Server).resolveCase),
		of("close", "Put a resolved case away", noteBody{}, (*Server).closeCase),
		of("reject", "The city will not do it: say why", noteBody{}, (*Server).rejectCase),
		of("refer", "Pass the matter to an office that is not the city's", referBody{}, (*Server).referCase),
		of("reopen", "Open a resolved case again", noteBody{}, (*Server).reopenCase),
		of("note", "Add a note of the staff", textBody{}, (*Server).noteCase),
		of("duplicate", "The matter is reported already: its reporter follows the other case from now on", duplicateBody{}, (*Server).matchCase),
		{
			Method: http.MethodPost, Path: "/api/v1/cases/:number/separate", Needs: CaseSeparate, handle: (*Server).separateCase,
			Summary: "A duplicate is a matter of its own after all; for supervisors", Body: nothingBody{}, Answer: caseAnswer{},
		},
		{
			Method: http.MethodPost, Path: "/api/v1/cases/assign", Needs: CaseWork, handle: (*Server).assignCases,
			Summary: "Give several cases to an agent or a team; each that cannot be is named with the reason",
			Body:    assignManyBody{}, Answer: assignedAnswer{},
		},
	}
}

// bodyOf reads the JSON body of a verb. No body at all is an empty one; a
// field it does not know is a fault, so that a misspelt one is not passed over.
func bodyOf[T any](c echo.Context) (T, error) {
	var body T
	raw, err := readBody(c, maxBody)
	if err != nil || len(bytes.TrimSpace(raw)) == 0 {
		return body, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return body, badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return body, &problem{status: http.StatusBadRequest, code: "bad_request", message: "the body is more than one JSON object"}
	}
	return body, nil
}

// badJSON says what is wrong with a body.
func badJSON(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return badField(kind.Field, "must be a %s", kind.Type)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return badField(cutWord(strings.Trim(name, `"`)), "is not a field of this call")
	}
	return &problem{status: http.StatusBadRequest, code: "bad_request", message: "the body is not a JSON object"}
}

// onConversation does a verb on the conversation of the path and answers it.
func (s *Server) onConversation(c echo.Context, do func(context.Context, handoff.Viewer, uuid.UUID) error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := do(ctx, viewer(c), id); err != nil {
		return err
	}
	record, err := s.opt.Desk.ConversationHead(ctx, id)
	if err != nil {
		return err
	}
	return answer(c, shapeConversation(record))
}

func (s *Server) takeConversation(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Take(ctx, v, id, v.Name)
	})
}

func (s *Server) replyConversation(c echo.Context) error {
	body, err := bodyOf[replyBody](c)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Reply(ctx, v, id, handoff.Written{Text: body.Text, Key: c.Request().Header.Get("Idempotency-Key")})
	})
}

func (s *Server) retryMessage(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	message, err := uuidOf(c, "message")
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Retry(ctx, v, id, message)
	})
}

func (s *Server) passConversation(c echo.Context) error {
	body, err := bodyOf[assignBody](c)
	if err != nil {
		return err
	}
	to, err := s.assignment(c, body)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Pass(ctx, v, id, to)
	})
}

func (s *Server) releaseConversation(c echo.Context) error {
	body, err := bodyOf[releaseBody](c)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Release(ctx, v, id, bot.ReleaseTo(body.To))
	})
}

// assignment finds whom a body means.
func (s *Server) assignment(c echo.Context, body assignBody) (handoff.Assignment, error) {
	to := handoff.Assignment{Team: body.Team}
	if body.Agent == "" {
		return to, nil
	}
	agent, err := s.opt.Desk.AgentBy(c.Request().Context(), body.Agent)
	if errors.Is(err, handoff.ErrNotFound) {
		return to, badField("agent", "there is no such agent")
	}
	to.Agent = agent.ID
	return to, err
}

// onCase does a verb on the case of the path and answers it.
func (s *Server) onCase(c echo.Context, do func(context.Context, handoff.Viewer, int64) (handoff.Case, error)) error {
	number, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.ErrNotFound
	}
	ctx := c.Request().Context()
	k, err := do(ctx, viewer(c), number)
	if err != nil {
		return err
	}
	s.opt.Talk.CaseMoved(ctx, k)
	return answer(c, shapeCase(k))
}

func (s *Server) assignCase(c echo.Context) error {
	body, err := bodyOf[assignBody](c)
	if err != nil {
		return err
	}
	to, err := s.assignment(c, body)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.AssignCase(ctx, v, n, to)
	})
}

func (s *Server) startCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.StartCase) }

func (s *Server) waitCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.WaitCase) }

func (s *Server) askCitizen(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.AskCitizen) }

func (s *Server) closeCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.CloseCase) }

// notedVerb is a verb on a case with a note.
type notedVerb func(context.Context, handoff.Viewer, int64, string) (handoff.Case, error)

func (s *Server) onCaseNoted(c echo.Context, verb notedVerb) error {
	body, err := bodyOf[noteBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return verb(ctx, v, n, body.Note)
	})
}

func (s *Server) resolveCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.ResolveCase) }

func (s *Server) rejectCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.RejectCase) }

func (s *Server) reopenCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.ReopenCase) }

func (s *Server) referCase(c echo.Context) error {
	body, err := bodyOf[referBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.ReferCase(ctx, v, n, body.To, body.Note)
	})
}

func (s *Server) noteCase(c echo.Context) error {
	body, err := bodyOf[textBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.NoteCase(ctx, v, n, body.Text)
	})
}
