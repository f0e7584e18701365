package api

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// without names what is asked to be not known: ward, team or language.
const (
	withoutWard     = "ward"
	withoutTeam     = "team"
	withoutLanguage = "language"
)

// nobody is how a team that is none stands in an address.
const nobody = "none"

// kept is what narrows a list besides the fields of its form, in words. The
// form hands it on.
type kept struct{ Name, Value, Text string }

// figureField is the choice of a figure; what it cannot read is: any.
func (p page) figureField(chosen string, all []string) (field, string) {
	if !slices.Contains(all, chosen) {
		chosen = ""
	}
	options := []option{{Label: p.Words["any_figure"]}}
	for _, name := range all {
		options = append(options, option{name, p.Words["counted_"+name], name == chosen})
	}
	return field{Name: "figure", Label: p.Words["counted"], Options: options}, chosen
}

// caseFigures reads what a figure of cases counts.
func (s *Server) caseFigures(c echo.Context, v *casesView, f *handoff.CaseFilter) (figure, resolved field) {
	names := each(handoff.CaseFigures(), func(n handoff.CaseFigure) string { return string(n) })
	figure, chosen := v.figureField(c.QueryParam("figure"), names)
	f.Figure = handoff.CaseFigure(chosen)
	resolved = (&auditView{page: v.page}).dayField(c, "resolved", &f.ResolvedOn)
	resolved.Label = v.Words["resolved_on"]
	switch c.QueryParam("without") {
	case withoutWard:
		f.NoWard = true
		v.Kept = append(v.Kept, kept{"without", withoutWard, v.Words["without_ward"]})
	case withoutTeam:
		f.NoTeam = true
		v.Kept = append(v.Kept, kept{"without", withoutTeam, v.Words["without_team"]})
	}
	return figure, resolved
}

// talkFigures reads what a figure of conversations counts; false when
// something cannot be understood.
func (s *Server) talkFigures(c echo.Context, v *talksView, f *handoff.ConversationFilter) (fields []field, ok bool) {
	names := each(handoff.TalkFigures(), func(n handoff.TalkFigure) string { return string(n) })
	figure, chosen := v.figureField(c.QueryParam("figure"), names)
	f.Counted.Figure = handoff.TalkFigure(chosen)
	owner := v.ownerField(c.QueryParam("owner"), &f.Owner)
	lang := s.languageField(v.page, c.QueryParam("language"), &f.Counted)
	hours := []field{
		v.hourField("weekday", 7, c.QueryParam("weekday"), &f.Counted.Weekday, func(n int) string { return strings.Split(v.Words["weekdays"], " ")[n] }),
		v.hourField("hour", 24, c.QueryParam("hour"), &f.Counted.Hour, func(n int) string { return v.digits(time.Date(0, 1, 1, n, 0, 0, 0, time.UTC).Format("15:04")) }),
	}
	switch c.QueryParam("without") {
	case withoutTeam:
		f.Counted.NoTeam = true
		v.Kept = append(v.Kept, kept{"without", withoutTeam, v.Words["without_team"]})
	case withoutLanguage:
		f.Counted.NoLanguage = true
		v.Kept = append(v.Kept, kept{"without", withoutLanguage, v.Words["without_language"]})
	}
	ok = s.talkPlaces(c, v, f) && v.instants(c, f)
	return append([]field{figure, owner, lang}, hours...), ok
}

// talkPlaces reads what conversations came to: a place, a person.
func (s *Server) talkPlaces(c echo.Context, v *talksView, f *handoff.ConversationFilter) bool {
	if place := c.QueryParam("place"); place != "" {
		flow, state, ok := strings.Cut(place, ".")
		if !ok {
			return false
		}
		f.Counted.Place = place
		v.Kept = append(v.Kept, kept{"place", place, v.Say("kept_place", "service", s.serviceName(v.Lang, flow), "place", state)})
	}
	if taken := c.QueryParam("taken"); taken != "" {
		team := taken
		if team == nobody {
			team = ""
		}
		f.Counted.TakenBy = &team
		v.Kept = append(v.Kept, kept{"taken", taken, v.Say("kept_taken", "team", cmp.Or(s.teamName(v.Lang, team), v.Words["chart_unknown"]))})
	}
	if within := c.QueryParam("within"); within != "" {
		n, err := strconv.Atoi(within)
		if err != nil || n < 1 || n > mostMinutes {
			return false
		}
		f.Counted.Within = time.Duration(n) * time.Minute
		v.Kept = append(v.Kept, kept{"within", within, v.Say("kept_within", "n", v.Number(n))})
	}
	return true
}

// mostMinutes is the longest target for a first answer: four weeks.
const mostMinutes = 4 * 7 * 24 * 60

// instants read between which moments conversations were opened.
func (v *talksView) instants(c echo.Context, f *handoff.ConversationFilter) bool {
	for _, one := range []struct {
		name, word string
		bound      *time.Time
	}{{"after", "kept_after", &f.From}, {"before", "kept_before", &f.To}} {
		typed := c.QueryParam(one.name)
		if typed == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, typed)
		if err != nil {
			return false
		}
		*one.bound = at
		v.Kept = append(v.Kept, kept{one.name, typed, v.Say(one.word, "time", v.When(at))})
	}
	return true
}

// ownerField reads who has a conversation; what it cannot read is: anybody.
func (p page) ownerField(typed string, owner *flows.Owner) field {
	options := []option{{Label: p.Words["any_owner"]}}
	for _, o := range []flows.Owner{flows.OwnerBot, flows.OwnerQueue, flows.OwnerAgent} {
		if string(o) == typed {
			*owner = o
		}
		options = append(options, option{string(o), p.Words["owner_"+string(o)], string(o) == typed})
	}
	return field{Name: "owner", Label: p.Words["owner"], Options: options}
}

// languageField is the choice of a conversation's language.
func (s *Server) languageField(p page, typed string, f *handoff.Counted) field {
	f.Language = typed
	known := slices.Clone(languages)
	if typed != "" && !slices.Contains(known, typed) {
		known = append(known, typed)
	}
	options := []option{{Label: p.Words["any_language"]}}
	for _, lang := range known {
		options = append(options, option{lang, cmp.Or(p.LanguageName(lang), lang), lang == typed})
	}
	return field{Name: "language", Label: p.Words["language"], Options: options}
}

// hourField is a choice of n days or hours, from 0 on; what it cannot read is:
// any.
func (p page) hourField(name string, n int, typed string, into **int, called func(int) string) field {
	options := []option{{Label: p.Words["any_"+name]}}
	for i := range n {
		text := strconv.Itoa(i)
		if text == typed {
			*into = &i
		}
		options = append(options, option{text, called(i), text == typed})
	}
	return field{Name: name, Label: p.Words["opened_"+name], Options: options}
}
