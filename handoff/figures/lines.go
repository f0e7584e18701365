package figures

import "strings"

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
	Score    = "score"    // scores that cases and conversations were given; a conversation has no kind
)

// AllWards stands in the table figures for the ward of what is counted over all
// of them.
const AllWards = -1

// A Line is one thing that is counted. SQL makes lines of facts.
type Line struct {
	What string
	Of   Subject
	// By are the columns that its figures tell apart, besides the ward: narrowed
	// by others it is counted from facts.
	By   []string
	each func(from string) string
}

// LineColumns are what a line consists of.
const LineColumns = "what, day, ward, flow, kind, channel, team, key, n, total"

// Lines lists all of them.
func Lines() []Line {
	cases, talks := Cases(), Talks()
	all := []string{"flow", "kind", "channel", "team"}
	return []Line{
		{Filed, cases, []string{"channel"}, line(Filed, "'', '', channel, ''", "''", "1", "0", "", "")},
		{Case, cases, all, line(Case, "flow, kind, channel, team", "''", "1", "0", "", "")},
		{Resolved, cases, all, line(Resolved, "flow, kind, channel, team", "''", "1", "0", "", "resolved")},
		{Target, cases, all, line(Target, "flow, kind, channel, team", "''", "1", "punctual::integer", "", "punctual IS NOT NULL")},
		{Reopened, cases, all, line(Reopened, "flow, kind, channel, team", "''", "1", "0", "", "reopened")},
		{Took, cases, []string{"flow"}, line(Took, "flow, '', '', ''", bucket("took"), "1", "took", "", "took IS NOT NULL")},
		{Came, talks, []string{"channel"}, line(Came, "'', '', channel, ''", "''", "1", "contained::integer", "", "")},
		{Talk, talks, []string{"flow", "channel", "team"}, line(Talk, "flow, '', channel, team", "language", "1", "contained::integer", "", "")},
		{Hour, talks, []string{"channel"}, line(Hour, "'', '', channel, ''", "hour::text", "1", "0", "", "")},
		{Wait, talks, []string{"flow"}, line(Wait, "flow, '', '', w.team", bucket("w.seconds"), "1", "w.seconds", " CROSS JOIN LATERAL unnest(wait_teams, waits) AS w(team, seconds)", "")},
		{
			Place, talks,
			[]string{"flow", "channel"},
			line(Place, "flow, '', channel, ''", "p.place", "1", "(p.place <> stands)::integer", " CROSS JOIN LATERAL unnest(places) AS p(place)", ""),
		},
		{Dropped, talks, []string{"flow", "channel"}, line(Dropped, "flow, '', channel, ''", "stands", "1", "0", "", "closed AND stands = ANY(places)")},
		{Score, cases, all, line(Score, "flow, kind, channel, team", "score::text", "1", "0", "", "score IS NOT NULL")},
		{Score, talks, all, line(Score, "flow, '', channel, team", "score::text", "1", "0", "", "score IS NOT NULL")},
	}
}

// bucket is the bucket of seconds, 8 to every doubling.
func bucket(seconds string) string {
	return `floor(8 * ln(GREATEST(1, ` + seconds + `)::float8) / ln(2::float8))::integer::text`
}

// line makes the SQL of a line: what it tells apart, its key, its counts, what
// else it reads beside the facts, and of which facts it is.
func line(what, by, key, n, total, beside, only string) func(string) string {
	return func(from string) string {
		sql := `SELECT '` + what + `'::text, day, COALESCE(ward, 0), ` + by + `, ` + key + `, ` + n + `::bigint, ` + total + `::bigint FROM ` + from + ` f` + beside
		if only != "" {
			sql += ` WHERE ` + only
		}
		return sql
	}
}

// SQL makes the lines of the facts in a table.
func (l Line) SQL(from string) string { return l.each(from) }

// linesOf makes all lines of a subject's facts.
func linesOf(s Subject, from string) string {
	var all []string
	for _, l := range Lines() {
		if l.Of.Table == s.Table {
			all = append(all, l.SQL(from))
		}
	}
	return strings.Join(all, " UNION ALL ")
}
