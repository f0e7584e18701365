// Package grammar is what may stand in a flow file, for whoever writes one: a
// JSON Schema made from Go types, help for every key in Bangla and English, and
// from both what can be written at a place in a text that is not finished yet.
//
// The five to know:
//
//   - [File]: the types, one field for each key of the YAML
//   - [Schema]: the JSON Schema made of them, with help in one language
//   - [Manual]: what completion, help and the reference are made from
//   - [Outline]: the names a text holds, however broken it is
//   - [Place]: where in the tree of keys a line and a column lie
//
// What the editor asks for is put together from these:
//
//	manual := grammar.NewManual()
//	place := grammar.At(text, line, col)
//	for _, c := range manual.Complete("bn", place, grammar.Outline(text)) { … }
//
// The reader of package flows takes exactly the keys of these types; a test
// there holds them equal.
package grammar
