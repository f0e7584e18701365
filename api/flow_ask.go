package api

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// flowAsk reads what is asked for; the days are those of this month unless they
// are given.
func (s *Server) flowAsk(c echo.Context, v *flowFiguresView) (handoff.FlowAsk, bool, error) {
	a := handoff.FlowAsk{Flow: word(c, "flow"), Channel: word(c, "channel"), Language: word(c, "language")}
	days := &auditView{page: v.page}
	first, last := days.dayField(c, "from", &a.From), days.dayField(c, "to", &a.To)
	v.Narrow = first.Value+last.Value+c.QueryParam("version")+a.Channel+a.Language != ""
	span := reports.Ask{From: a.From, To: a.To}.Within(s.now())
	a.From, a.To = span.From, span.To
	if a.To.Before(a.From) {
		last.Fault = v.Words["fault_span"]
	}
	first.Value, last.Value = cmp.Or(first.Value, a.From.Format(time.DateOnly)), cmp.Or(last.Value, a.To.Format(time.DateOnly))
	a.Version, _ = strconv.ParseInt(c.QueryParam("version"), 10, 64) // anything else: all of them
	list, err := s.opt.Desk.Catalogs(c.Request().Context())
	if err != nil {
		return a, false, err
	}
	versions := field{Name: "version", Label: v.Words["version"], Options: []option{{Label: v.Words["any_version"]}}}
	for _, k := range list {
		versions.Options = append(versions.Options, option{itoa(int(k.Version)), v.Say("version_named", "n", v.Number(int(k.Version)), "when", v.When(k.PublishedAt)), k.Version == a.Version})
	}
	v.Filters = []field{
		{Name: "flow", Label: v.Words["service"], Options: s.serviceOptions(v.page, a.Flow)},
		first, last, versions, v.channelField(a.Channel), s.citizenLanguages(v.page, a.Language),
	}
	return a, first.Fault+last.Fault == "", nil
}

// word is a value of the query that can be a name in the flows; empty for any
// other.
func word(c echo.Context, name string) string { return flowWord(c.QueryParam(name)) }

// flowWord is a value that can be a name in the flows; empty for any other.
func flowWord(value string) string {
	if len(value) > maxFlowWord || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return value
}

// maxFlowWord bounds the name of a service, a state, a channel or a language.
const maxFlowWord = 64

// citizenLanguages is the choice among the languages of the flows.
func (s *Server) citizenLanguages(p page, chosen string) field {
	f := field{Name: "language", Label: p.Words["language"], Options: []option{{Label: p.Words["any_language"]}}}
	if k := s.catalog(); k != nil {
		for _, code := range k.Languages() {
			f.Options = append(f.Options, option{code, k.LanguageName(code), code == chosen})
		}
	}
	return f
}
