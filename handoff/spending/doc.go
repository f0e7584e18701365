// Package spending is the record of what SMS cost: what a gateway takes for a
// segment, what each message that was handed over cost, how much a month may
// cost, and what is left at the gateways.
//
// An [Amount] is a whole number of thousandths of a paisa. A [Handover] is
// written in the transaction that records what became of a message, by [Queue];
// its cost is worked out there and stays, whatever a price becomes later.
// [Ledger] keeps [Prices] and the [Budget], and sums up a [Month]. [Standing]
// says what may still be sent.
//
//	prices, err := ledger.Prices(ctx)
//	each, ok := prices.Of("twilio", 2, true) // of an SMS of two segments in Bangla
//	standing, err := ledger.Standing(ctx)
//	if standing.Refuses(spending.Broadcast) { … }
package spending
