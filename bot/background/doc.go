// Package background runs what is done beside the turns: reminders, expiry, due
// times, notices, folding of figures, removal of what is not to be kept.
//
// What there is to do stands in the records, written in the transaction that
// made it necessary. A Task looks for it and does it; it may run at any time,
// twice, and in several processes at once. So a Task is run
//
//   - when something pokes it, in this process, at once;
//   - as a job of River every so often, in one of the processes that share the
//     database; what became of those jobs is kept and can be looked at with
//     Standings and asked for once more with Again.
//
// The types to know are [Task], what is to be done; [Work], which does it;
// [Standing], how a task fares.
//
//	work, err := background.New(background.Options{Pool: pool, Log: log, Tasks: []background.Task{
//		{Name: "fold_figures", Every: 10 * time.Second, Do: desk.Fold},
//	}})
//	go work.Run(ctx)
package background
