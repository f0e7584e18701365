package api

import (
	"context"
	"net/http"

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
	// Note writes a note for colleagues.
	Note(ctx context.Context, v handoff.Viewer, id uuid.UUID, n handoff.NoteOnTalk) error
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
		To string `json:"to" jsonschema:"enum=resume,enum=menu,enum=end,enum=rate" jsonschema_description:"where it goes on: where the dialogue stopped, at the menu, or not at all; rate: not at all, and the citizen is asked how satisfied they are"`
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
	resolve := of("resolve", "The matter is settled: say how; some services need a photo of how it is now, sent as a form", noteBody{}, (*Server).resolveCase)
	resolve.Form = resolveForm{}
	return []Route{
		ward,
		conversation("take", "Take a conversation: from now on the bot is silent", nothingBody{}, (*Server).takeConversation),
		conversation("reply", "Write to the citizen; an Idempotency-Key makes a repeat harmless. As multipart/form-data with text and photo it sends a photo", replyBody{}, (*Server).replyConversation),
		conversation("messages/:message/retry", "Send a person's reply once more that failed, or of which nobody knows whether it arrived", nothingBody{}, (*Server).retryMessage),
		conversation("note", "Write a note under a conversation for colleagues; the citizen never sees it. \"@\" and a colleague's name or e-mail address lets it be among their mentions", textBody{}, (*Server).noteConversation),
		conversation("pass", "Give a conversation to another agent or to a team's queue", assignBody{}, (*Server).passConversation),
		conversation("release", "Give a conversation back to the bot", releaseBody{}, (*Server).releaseConversation),
		of("assign", "Give a case to an agent or a team", assignBody{}, (*Server).assignCase),
		of("start", "Work on an assigned case goes on", noteBody{}, (*Server).startCase),
		of("wait", "Work waits for somebody or something", noteBody{}, (*Server).waitCase),
		of("ask", "Work waits for the citizen, who is told the question in the note", noteBody{}, (*Server).askCitizen),
		resolve,
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
