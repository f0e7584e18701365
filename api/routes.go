package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

// Route is one line of the table of routes: what it answers, who may ask, and
// how it is described to programs.
type Route struct {
	Method  string
	Path    string // in echo's notation: /api/v1/contacts/:id
	Needs   Permission
	Summary string
	Query   []Parameter
	Body    any    // an empty value of the body's type; nil when it takes none
	Answer  any    // an empty value of the answer's type; nil when it is not JSON
	Type    string // media type of an answer that is not JSON

	handle func(*Server, echo.Context) error
}

// Parameter is one value of a path or a query.
type Parameter struct {
	Name    string
	Summary string
	Type    string   // of JSON Schema: "string", "integer" or "boolean"
	Format  string   // of JSON Schema: "date", "uuid"; empty for none
	Enum    []string // all values there are; empty for any
}

// Parameters that several lists take.
var (
	paramNext  = Parameter{Name: "next", Type: "string", Summary: "the next of an earlier answer: the part of the list after it"}
	paramLimit = Parameter{Name: "limit", Type: "integer", Summary: "most items of the answer"}
)

// table is every route of the program's own; channels are mounted beside it.
func table() []Route {
	return slices.Concat(healthRoutes(), recordRoutes(), verbRoutes(), deskRoutes(), consoleRoutes())
}

// recordRoutes are the reads of /api/v1.
func recordRoutes() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: "/api/v1/openapi.json", Needs: Public, handle: (*Server).showOpenAPI,
			Summary: "This description", Type: "application/json",
		},
		{
			Method: http.MethodGet, Path: "/api/v1/contacts", Needs: ContactRead, handle: (*Server).listContacts,
			Summary: "Search contacts, the newest first", Answer: listOf[contactAnswer]{},
			Query: []Parameter{
				{Name: "q", Type: "string", Summary: "a name in Bangla or Latin script, a phone number or a part of one, an e-mail address, or a case number"},
				paramNext, paramLimit,
			},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/contacts/:id", Needs: ContactRead, handle: (*Server).showContact,
			Summary: "All that is kept about a contact", Answer: contactRecordAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/conversations", Needs: ConversationRead, handle: (*Server).listConversations,
			Summary: "List conversations, the newest first", Answer: listOf[conversationAnswer]{},
			Query: []Parameter{
				{Name: "owner", Type: "string", Enum: []string{"bot", "queue", "agent"}, Summary: "who answers"},
				{Name: "team", Type: "string", Summary: "whom it was passed to"},
				{Name: "open", Type: "boolean", Summary: "true: only open ones; false: only closed ones"},
				paramNext, paramLimit,
			},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/conversations/:id", Needs: ConversationRead, handle: (*Server).showConversation,
			Summary: "A conversation with its messages, oldest first, at most 1,000 at once", Answer: conversationRecordAnswer{},
			Query: []Parameter{paramNext, paramLimit},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/cases", Needs: CaseRead, handle: (*Server).listCases,
			Summary: "List cases, the newest first", Answer: listOf[caseAnswer]{}, Query: caseParameters(),
		},
		{
			Method: http.MethodGet, Path: "/api/v1/cases/:number", Needs: CaseRead, handle: (*Server).showCase,
			Summary: "A case with its photos and all that happened to it", Answer: caseAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/photos/:id", Needs: CaseRead, handle: (*Server).showPhoto,
			Summary: "A photo as it is shown: without what the camera wrote into it", Type: "image/jpeg",
			Query: []Parameter{{Name: "size", Type: "string", Enum: []string{"view", "thumb"}, Summary: "at most 1280 pixels wide and high, or 320; view when not given"}},
		},
	}
}
