// Package reports is the statistics of the desk. A report is one file in
// queries/, named as it is in the URL: its title, the filters it takes, its
// columns and their meaning, and a query. It appears in the console, as JSON
// and as CSV by being there.
//
// A query does not know who asks and for which days. It reads tables that hold
// only what the viewer may see of the days asked for, narrowed by the filters:
//
//   - case_rows: cases opened (number, flow, kind, status, team, ward, channel, answers, opened_at, due_at)
//   - contact_rows: contacts, that is conversations opened (id, channel, flow, state, team, language, opened_at, opened_local, closed_at, handed_at, rating)
//   - case_counts: the same cases, counted (day, ward, flow, kind, channel, n)
//   - contact_counts: the same contacts, counted (day, channel, n)
//   - asked: one row, what was asked for (flow, kind; empty for all)
//
// The counts come from the desk's counters where those hold the figure, and
// from the rows otherwise; the two are equal. Ward is null when not known.
//
// The types to know: [Set] is all reports, [Report] is one, [Ask] is what is
// asked of it, [Table] is the answer.
//
//	set, err := reports.Load()
//	…
//	table, err := set.Run(ctx, desk, viewer, "cases_by_ward", reports.Ask{Flow: "drainage"}.Within(time.Now()))
//	err = table.WriteCSV(w)
package reports
