package figures

import (
	"fmt"
	"strings"
)

// What lines count.
const (
	Filed    = "filed"    // cases opened
	Case     = "case"     // the same, with all that is told apart
	Resolved = "resolved" // of these, resolved or closed by now
	Target   = "target"   // of these, with a target; total: those resolved by then
	Reopened = "reopened" // cases that were reopened at least once
	Took     = "took"     // cases resolved, by bucket; total: seconds
	Came     = "came"     // conversations opened; total: those the bot settled alone
	Talk     = "talk"     // the same, with all that is told apart, by language
	Hour     = "hour"     // conversations opened, by hour of the week
	Wait     = "wait"     // waits for a person that ended, by bucket, of the team that was waited for; total: seconds
	Place    = "place"    // conversations that came to a place, "flow.state"; total: those that went on from it
	Dropped  = "dropped"  // conversations that ended at a place because nothing more was heard
	First    = "first"    // conversations that were taken after they waited for a person, by the team that was waited for first and the minutes; total: seconds
	FirstOf  = "first_of" // the same, with all that is told apart
	HourOf   = "hour_of"  // conversations opened, by hour of the week, with what is told apart
	Score    = "score"    // scores that cases and conversations were given; a conversation has no kind
)

// AllWards stands in the table figures for the ward of what is counted over all
// of them.
const AllWards = -1

// ExactMinutes is up to how many minutes first answers are counted minute by
// minute; above that by buckets.
const ExactMinutes = 240

// A Line is one thing that is counted. SQL makes lines of facts.
type Line struct {
	What string
	Of   Subject
	// By are the columns that its figures tell apart, besides the ward: narrowed
	// by others it is counted from facts.
	By []string
	// Wards says whether they tell wards apart.
	Wards bool
	each  func(from string) string
	exact func(from string) string // where facts tell more than figures; otherwise nil
}

// LineColumns are what a line consists of.
const LineColumns = "what, day, ward, flow, kind, channel, team, key, n, total"

// Lines lists all of them.
func Lines() []Line {
	cases, talks := Cases(), Talks()
	all := []string{"flow", "kind", "channel", "team"}
	first := func(what, by, minutes string) func(string) string {
		return line(what, by, "wait_teams[1] || ' ' || "+minutes, "1", "waits[1]", "", "waits <> '{}'")
	}
	return []Line{
		{Filed, cases, []string{"channel"}, true, line(Filed, "'', '', channel, ''", "''", "1", "0", "", ""), nil},
		{Case, cases, all, true, line(Case, "flow, kind, channel, team", "''", "1", "0", "", ""), nil},
		{Resolved, cases, all, true, line(Resolved, "flow, kind, channel, team", "''", "1", "0", "", "resolved"), nil},
		{Target, cases, all, true, line(Target, "flow, kind, channel, team", "''", "1", "punctual::integer", "", "punctual IS NOT NULL"), nil},
		{Reopened, cases, all, true, line(Reopened, "flow, kind, channel, team", "''", "1", "0", "", "reopened"), nil},
		{Took, cases, []string{"flow"}, true, line(Took, "flow, '', '', ''", bucket("took"), "1", "took", "", "took IS NOT NULL"), nil},
		{Came, talks, []string{"channel"}, true, line(Came, "'', '', channel, ''", "''", "1", "contained::integer", "", ""), nil},
		{Talk, talks, []string{"flow", "channel", "team"}, true, line(Talk, "flow, '', channel, team", "language", "1", "contained::integer", "", ""), nil},
		{Hour, talks, []string{"channel"}, true, line(Hour, "'', '', channel, ''", "hour::text", "1", "0", "", ""), nil},
		{HourOf, talks, []string{"flow", "channel"}, false, line(HourOf, "flow, '', channel, ''", "hour::text", "1", "0", "", ""), nil},
		{First, talks, nil, true, first(First, "'', '', '', ''", minutesCounted()), first(First, "'', '', '', ''", minutes)},
		{FirstOf, talks, []string{"flow", "channel", "team"}, true, first(FirstOf, "flow, '', channel, team", minutesCounted()), first(FirstOf, "flow, '', channel, team", minutes)},
		{
			Wait, talks,
			[]string{"flow"},
			true,
			line(Wait, "flow, '', '', w.team", bucket("w.seconds"), "1", "w.seconds", " CROSS JOIN LATERAL unnest(wait_teams, waits) AS w(team, seconds)", ""), nil,
		},
		{
			Place, talks,
			[]string{"flow", "channel"},
			true,
			line(Place, "flow, '', channel, ''", "p.place", "1", "(p.place <> stands)::integer", " CROSS JOIN LATERAL unnest(places) AS p(place)", ""), nil,
		},
		{Dropped, talks, []string{"flow", "channel"}, true, line(Dropped, "flow, '', channel, ''", "stands", "1", "0", "", "closed AND stands = ANY(places)"), nil},
		{Score, cases, all, true, line(Score, "flow, kind, channel, team", "score::text", "1", "0", "", "score IS NOT NULL"), nil},
		{Score, talks, all, true, line(Score, "flow, '', channel, team", "score::text", "1", "0", "", "score IS NOT NULL"), nil},
	}
}

// minutes is how long the first answer took, begun minutes counted whole.
const minutes = "GREATEST(1, ceil(waits[1] / 60.0))::integer"

// minutesCounted is the same as it stands in figures: above ExactMinutes by
// buckets, 8 to every doubling.
func minutesCounted() string {
	return fmt.Sprintf("CASE WHEN %[1]s <= %[2]d THEN %[1]s ELSE %[2]d + ceil(8 * ln(waits[1] / 60.0 / %[2]d) / ln(2))::integer END", minutes, ExactMinutes)
}

// bucket is the bucket of seconds, 8 to every doubling.
func bucket(seconds string) string {
	return `floor(8 * ln(GREATEST(1, ` + seconds + `)::float8) / ln(2::float8))::integer::text`
}

// line makes the SQL of a line: what it tells apart, its key, its counts, what
// else it reads beside the facts, and of which facts it is.
func line(what, by, key, n, total, beside, only string) func(string) string {
	return func(from string) string {
		sql := `'` + what + `'::text, day, COALESCE(ward, 0), ` + by + `, ` + key + `, ` + n + `::bigint, ` + total + `::bigint FROM ` + from + ` f` + beside
		if only != "" {
			sql += ` WHERE ` + only
		}
		return sql
	}
}

// SQL makes the lines of the facts in a table as figures have them.
func (l Line) SQL(from string) string { return "SELECT " + l.each(from) }

// Exact makes the lines of the facts in a table with all that facts tell.
func (l Line) Exact(from string) string {
	if l.exact == nil {
		return l.SQL(from)
	}
	return "SELECT " + l.exact(from)
}

// linesOf makes all lines of a subject's facts, each with the parts of the
// record that it is counted in before it.
func linesOf(s Subject, seen string) string {
	var all []string
	for _, l := range Lines() {
		if l.Of.Table == s.Table {
			all = append(all, "SELECT scopes, "+l.each(seen))
		}
	}
	return strings.Join(all, " UNION ALL ")
}

// counted are the parts of the record that have figures: the whole of it, and
// those that agents see.
const (
	counted = `(` + whole + ` UNION ALL SELECT id, teams, wards FROM figure_scopes WHERE counted)`
	whole   = `(SELECT 0 AS id, '{}'::text[] AS teams, '{}'::integer[] AS wards)`
)

// seen are the facts of a table with the parts of the record, of those given, in
// which they are seen.
func (s Subject) seen(from, parts string) string {
	return `SELECT c.*, ARRAY(SELECT s.id FROM ` + parts + ` s WHERE ` + s.Seen + `) AS scopes FROM ` + from + ` c`
}

// withWards names the lines that tell wards apart.
func withWards() string {
	var names []string
	for _, l := range Lines() {
		if l.Wards {
			names = append(names, "'"+l.What+"'")
		}
	}
	return strings.Join(names, ", ")
}
