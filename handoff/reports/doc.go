// Package reports is the statistics of the desk. A report is one file in
// queries/, named as it is in the URL: its title, the filters it takes, its
// columns and their meaning, and a query. It appears in the console, as JSON
// and as CSV by being there.
//
// A query does not know who asks and for which days. It reads the table counted,
// which holds the lines of package figures that it names, of the days asked for,
// narrowed by the filters, and only what the viewer may see; and the table asked
// with one row, the flow and the target asked for. A line may come in several rows, and one
// that is made good for what has changed adds up to nothing: it is always summed,
// HAVING more than 0.
//
// The types to know: [Set] is all reports, [Report] is one, [Ask] is what is
// asked of it, [Table] is the answer.
//
//	set, err := reports.Load()
//	…
//	table, err := set.Run(ctx, desk, viewer, "cases_by_ward", reports.Ask{Flow: "drainage"}.Within(time.Now()))
//	err = table.WriteCSV(w)
package reports
