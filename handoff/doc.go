// Package handoff is the desk: contacts and their identities, conversations,
// messages, cases with their timeline, staff, and the rules of who may do what
// with them. It keeps them in PostgreSQL.
//
// The types to know are [Desk], through which everything is read and changed;
// [Turn], one input and what followed from it, which [Desk.Commit] records in
// batches; [Standing], where a conversation stands; [Viewer], who is asking;
// and [CaseStatus], whose machine says what may happen to a case.
//
//	desk, err := handoff.New(handoff.Options{Pool: pool})
//	results, err := desk.Commit(ctx, turns)
//	page, err := desk.Cases(ctx, viewer, handoff.CaseFilter{Status: "new"})
package handoff
