package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/handoff/reports"
)

// Route is one line of the table of routes: what it answers, who may ask, and
// how it is described to programs.
type Route struct {
	Method  string
	Path    string // in echo's notation: /api/v1/contacts/:id
	Needs   Permission
	Summary string
	Query   []Parameter
	Body    any      // an empty value of the body's type; nil when it takes none
	Form    any      // the same as a form that can bring files; nil when it takes none
	Names   []string // all values of the path's name, when they are known
	Answer  any      // an empty value of the answer's type; nil when it is not JSON
	Event   any      // an empty value of what each event of a stream holds
	Type    string   // media type of an answer that is not JSON, or may be asked for instead of it

	handle func(*Server, echo.Context) error
}

// html is the media type of the console's pages.
const html = "text/html"

// console reports whether the route is one of the staff's pages.
func (r Route) console() bool { return ofConsole(r.Path) }

// asset reports whether the route is a file of the console's pages.
func (r Route) asset() bool { return strings.HasPrefix(r.Path, "/console/assets/") }

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
func table(set *reports.Set) []Route {
	return slices.Concat(healthRoutes(), recordRoutes(), verbRoutes(), linkRoutes(), callRoutes(), deskRoutes(), privacyRoutes(), troubleRoutes(), troublePages(), backgroundRoutes(), retentionRoutes(), settingsRoutes(), spendingRoutes(), exportRoutes(), figureExportRoutes(), filterRoutes(), alarmRoutes(), flowVerbs(), registerVerbs(), broadcastVerbs(), overviewRoutes(set), sentPhotoRoutes(), consoleRoutes())
}

// overviewRoutes are the reads of /api/v1 that look at the desk as a whole.
func overviewRoutes(set *reports.Set) []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: "/api/v1/reports/:name", Needs: ReportRead, handle: (*Server).showReport,
			Summary: "A statistic of what the caller may see, as JSON or, with Accept: text/csv or the media type of XLSX, as a sheet with a line of names first",
			Answer:  reportAnswer{}, Type: mediaCSV, Names: set.Names(), Query: reportParameters(),
		},
		{
			Method: http.MethodGet, Path: "/api/v1/stream", Needs: StreamRead, handle: (*Server).followStream,
			Summary: "Server-sent events of what the caller should look at now. Past events are not kept: after Last-Event-ID, and whenever some were missed, the event refresh says to fetch the lists afresh",
			Event:   eventAnswer{}, Type: "text/event-stream",
		},
	}
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
			Method: http.MethodGet, Path: "/api/v1/cases/:number/duplicates", Needs: CaseRead, handle: (*Server).listDuplicates,
			Summary: "Open cases that may be about the same matter: of the same service within 150 m, or in the same ward at a place described alike; the nearest first, at most 10",
			Answer:  duplicatesAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/cases/:number/notices", Needs: CaseRead, handle: (*Server).listNotices,
			Summary: "What people were told of a case, and by which way, the newest first", Answer: listOf[noticeAnswer]{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/photos/:id", Needs: CaseRead, handle: (*Server).showPhoto,
			Summary: "A photo as it is shown: without what the camera wrote into it", Type: "image/jpeg",
			Query: []Parameter{{Name: "size", Type: "string", Enum: []string{"view", "thumb"}, Summary: "at most 1280 pixels wide and high, or 320; view when not given"}},
		},
	}
}
