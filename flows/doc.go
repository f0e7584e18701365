// Package flows is the dialogue: it loads flows.yaml, checks it, and steps
// through it. It is pure. A step takes a value and gives a value; there is no
// clock, disk, network, database or goroutine in it.
//
// The five types to know:
//
//   - [Catalog]: all flows of one published version, compiled by [Load]
//   - [Session]: where one person stands; small, readable JSON
//   - [Input]: one thing that happened, with all Step may know of the world
//   - [Turn]: everything that follows – messages, effects, look-ups, the session after it
//   - [Fault]: something wrong with a flow file, with its line and column
//
// A turn is one call of [Catalog.Step]. When it comes back with Lookups, the
// caller answers them in Input.Found and steps again from the old session.
// Otherwise it does the Effects and says the Messages, in one transaction with
// the new session:
//
//	catalog, faults := flows.Load(wards, flows.File{Name: "flows.yaml", Text: text})
//	…
//	session, err := flows.DecodeSession(stored)
//	turn := catalog.Step(session, flows.Input{Kind: flows.InputText, Text: "ড্রেন", At: now, Face: face})
//	stored = turn.Session.AppendJSON(nil)
//
// # How it is laid out
//
// Loading goes draft by draft: yaml_*.go turn a file into nodes, read_*.go into
// drafts (what was written, with places), compile_*.go and check_*.go into the
// Catalog, collecting every fault on the way. A state machine per flow
// (machine.go) gives the table of transitions that Step and the checks walk.
//
// A step runs through step.go (who may speak), answer.go and payload.go (what
// the input is), command.go, menu.go and ask.go (words, menus and the bot's own
// questions), walk.go (from state to state) and message.go (what is said). Each
// type of slot is one file, slot_<type>.go; slot.go has the table.
package flows
