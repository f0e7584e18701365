// Package broadcasts is the record of news that an office sends to those it
// concerns: what is said, to whom, by which way, and what became of it.
//
// A [Broadcast] is written as a [Draft], looked at with [Store.Plan], and begins
// at its time. [Store.Begin] writes down everybody of its [Audience], once.
// [Store.Claim] hands a part of those who wait for a channel over to be sent:
// it plans each anew, by the first way that is open now, and puts what goes
// through the outbox there in the same transaction. What is sent straight to a
// number or a mail address comes back by [Store.Sent]. The ledger moves by
// itself when a message does. One that was begun and never came back is
// unknown: it may have arrived, so it is not sent again.
//
//	id, err := store.Create(ctx, viewer, broadcasts.Draft{Title: "Fogging", Topic: "news", Words: words})
//	plan, err := store.Plan(ctx, id, setting)
//	err = store.Schedule(ctx, viewer, id, tomorrow)
package broadcasts
