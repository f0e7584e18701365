// Package figures keeps what reports count, so that a report reads hundreds of
// rows whatever the traffic. It is on three levels, each made of the one before:
//
//   - the record: cases, conversations, their messages and logs;
//   - facts: of every case and every conversation one narrow row with what is
//     counted of it (tables case_facts and talk_facts);
//   - figures: facts added up by day and by month, of each ward and of all (table
//     figures), as a list of lines; [Lines] says which there are and what each
//     tells apart. What they do not tell apart is read from facts.
//
// Whatever changes a case or a conversation appends its number or id to the
// table figure_changes in the same transaction, and waits for nobody. [Fold]
// takes them off: it reads those rows anew, replaces their facts, and adds the
// difference between the old and the new facts to the figures, in one
// transaction. So at any moment figures are the sum of facts, and facts are what
// the rows say but for those named in figure_changes. A report reads the
// figures, takes off the facts of those named, and adds what their rows say
// ([Pending]): it is right at any moment, and nobody waits for the folding.
//
// Days would be a coarser mark than rows: with cases settled weeks after they
// were opened most days of a month always have a change that waits, and a report
// would go on reading most of a month's rows.
//
// Who sees some departments or wards only has figures too: they are kept for the
// whole record and for every part of it that an agent at work sees, the scopes.
// [CountScopes] counts those that are new. What was given to an agent by name
// outside of his part is read from facts beside them.
//
// Stretches of time are added up in buckets that grow by the factor 2^(1/8), so
// that they can be merged over any days. With each bucket goes the sum of what
// is in it. A median out of them is the mean of the bucket in which it lies:
// less than 9.1 % from the true one, and the true one where a bucket holds one
// value.
//
// [Check] holds facts against rows and figures against facts, day by day, and
// mends what differs.
//
// The types to know: [Line] is something that is counted, [Subject] what facts
// are of, [Pending] what waits to be counted, [Difference] what a check found.
//
//	n, err := figures.Fold(ctx, pool)
//	found, err := figures.Check(ctx, pool, day)
package figures
