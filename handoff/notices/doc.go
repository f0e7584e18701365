// Package notices is the ledger of what citizens are told unasked about their
// cases, and by which way.
//
// A change of a case records a [Notice] for the reporter in the same
// transaction. [Ledger.Lease] hands notices out to be worked on; [Plan] says by
// which ways one can reach its person, each with the reason when it cannot, and
// [Ledger.Keep] writes the [Hop]s down. A hop with an identity goes through the
// outbox as a message of the conversation; one without is sent straight to a
// number or a mail address, between [Ledger.Begin] and [Ledger.End]. A hop that
// was begun and never ended is unknown: it may have arrived, so it is not
// repeated and nothing else is tried.
//
//	due, err := ledger.Lease(ctx, 20)
//	for _, d := range due {
//		hops := notices.Plan(d.Reach, order, also, now)
//		err = ledger.Keep(ctx, d.ID, hops)
//	}
package notices
