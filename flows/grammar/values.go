package grammar

import (
	"github.com/invopop/jsonschema"
)

// What a schema says beside JSON Schema's own words.
const (
	namesOf = "x-names" // what the value is a name of, as Tree.Names takes it
	withOf  = "x-with"  // beside which keys, or which type, a key may stand
	entryOf = "x-entry" // where the reference tells of an object's keys
)

// What a value can be the name of.
const (
	namesLanguages = "languages"
	namesTeams     = "teams"
	namesTexts     = "texts"
	namesFlows     = "flows"
	namesSlots     = "slots"
	namesStates    = "states"
	namesSettings  = "settings"
	namesAnswers   = "answers" // of the slot that the step asks
	namesFormula   = "formula" // slots and settings, in an expression
)

// Names of what the file itself declares.
type (
	NewName      string // is declared here
	LanguageCode string
	TeamName     string
	TextName     string
	FlowName     string
	SlotName     string
	StateName    string
	SettingName  string
	Answer       string
	Formula      string
)

func nameOf(what string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Extras: map[string]any{namesOf: what}}
}

func (NewName) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^[a-z][a-z0-9_]{0,39}$"}
}
func (LanguageCode) JSONSchema() *jsonschema.Schema { return nameOf(namesLanguages) }
func (TeamName) JSONSchema() *jsonschema.Schema     { return nameOf(namesTeams) }
func (TextName) JSONSchema() *jsonschema.Schema     { return nameOf(namesTexts) }
func (FlowName) JSONSchema() *jsonschema.Schema     { return nameOf(namesFlows) }
func (SlotName) JSONSchema() *jsonschema.Schema     { return nameOf(namesSlots) }
func (StateName) JSONSchema() *jsonschema.Schema    { return nameOf(namesStates) }
func (SettingName) JSONSchema() *jsonschema.Schema  { return nameOf(namesSettings) }
func (Answer) JSONSchema() *jsonschema.Schema       { return nameOf(namesAnswers) }
func (Formula) JSONSchema() *jsonschema.Schema      { return nameOf(namesFormula) }

// Words of a closed set.
type (
	StatusName  string
	CommandName string
	ButtonName  string
	OfficeWord  string
	EventName   string
	Way         string
	Kind        string
	SlotType    string
	Unit        string
	Assign      string
	AfterPhoto  string
	Lookup      string
	True        bool
)

func oneOf(entry string, words ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Extras: map[string]any{entryOf: entry}}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

func (StatusName) JSONSchema() *jsonschema.Schema {
	return oneOf("status", "new", "assigned", "in_progress", "waiting", "resolved", "reopened", "closed", "rejected", "referred", "duplicate")
}

func (CommandName) JSONSchema() *jsonschema.Schema {
	return oneOf("command", "menu", "back", "skip", "cancel", "agent", "language", "status", "help", "stop", "start", "done", "unknown")
}

func (ButtonName) JSONSchema() *jsonschema.Schema {
	return oneOf("button", "yes", "no", "skip", "done", "back", "menu", "person", "unknown_ward", "continue", "start_over", "other")
}

func (OfficeWord) JSONSchema() *jsonschema.Schema {
	return oneOf("office_word", "today", "tomorrow", "weekday", "later", "night", "dawn", "morning", "noon", "afternoon", "evening", "late",
		"sun", "mon", "tue", "wed", "thu", "fri", "sat")
}

func (EventName) JSONSchema() *jsonschema.Schema {
	return oneOf("event", "assigned", "started", "delayed", "needs_more", "resolved", "reopened", "answered", "rejected", "referred")
}

func (Way) JSONSchema() *jsonschema.Schema {
	return oneOf("way", "messenger", "template", "sms", "mail", "web")
}

func (Kind) JSONSchema() *jsonschema.Schema {
	return oneOf("kind", "complaint", "request", "question", "suggestion")
}

func (SlotType) JSONSchema() *jsonschema.Schema {
	return oneOf("type", "text", "choice", "number", "amount", "date", "phone", "ward", "location", "photo", "confirm", "code")
}
func (Unit) JSONSchema() *jsonschema.Schema   { return oneOf("unit", "taka", "date") }
func (Assign) JSONSchema() *jsonschema.Schema { return oneOf("assign", "by_hand", "automatic") }

func (AfterPhoto) JSONSchema() *jsonschema.Schema {
	return oneOf("after_photo", "required", "optional")
}

func (Lookup) JSONSchema() *jsonschema.Schema {
	return oneOf("lookup", "mine", "case", "resolved")
}

func (True) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Const: true} }

// Values that are written in a way of their own.
type (
	Date     string // 2026-11-23; of every year: 11-23
	Duration string // 20m, 12h, 2d
	Days     string // sun, sun-thu
)

func (Date) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`}
}

func (Duration) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[1-9][0-9]{0,5}[mhd]$`}
}

func (Days) JSONSchema() *jsonschema.Schema {
	const day = "(sun|mon|tue|wed|thu|fri|sat)"
	return &jsonschema.Schema{Type: "string", Pattern: "^" + day + "(-" + day + ")?$"}
}

// Texts and lists of words, each of which can be written in several ways.
type (
	Text            struct{}
	TitleOf         struct{} // of a choice
	SettingValue    struct{}
	Words           struct{}
	WordsByLanguage struct{}
	Item            struct{}
	OpenCaseOrTrue  struct{}
	HandoffOrTrue   struct{}
)

func plain() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func either(ways ...*jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{OneOf: ways} }

func definition(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

// byLanguage is an object with a value for each language and some keys more.
func byLanguage(entry string, value *jsonschema.Schema, more ...member) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: value,
		PropertyNames: either(nameOf(namesLanguages)), Extras: map[string]any{entryOf: entry},
	}
	for _, m := range more {
		s.Properties.Set(m.key, m.value)
		s.PropertyNames.OneOf = append(s.PropertyNames.OneOf, &jsonschema.Schema{Const: m.key})
	}
	return s
}

type member struct {
	key   string
	value *jsonschema.Schema
}

func (Text) JSONSchema() *jsonschema.Schema {
	return either(plain(), byLanguage("text", plain(), textMembers()...))
}

func textMembers() []member {
	return []member{
		{"sms", either(plain(), byLanguage("text", plain()))},
		{"call", either(plain(), byLanguage("text", plain()))},
		{"shared", nameOf(namesTexts)},
	}
}

func (TitleOf) JSONSchema() *jsonschema.Schema {
	return either(plain(), byLanguage("choice", plain(), append(textMembers(), member{"words", Words{}.JSONSchema()})...))
}

func (SettingValue) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "number"}, byLanguage("setting", plain()))
}

func (Words) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()})
}

func (WordsByLanguage) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()}, byLanguage("triggers", Words{}.JSONSchema()))
}

func (WordsWithExamples) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()},
		byLanguage("commands", Words{}.JSONSchema(), member{"examples", Words{}.JSONSchema()}))
}

func (Item) JSONSchema() *jsonschema.Schema {
	return either(nameOf(namesFlows), definition("MenuItem"))
}

func (OpenCaseOrTrue) JSONSchema() *jsonschema.Schema {
	return either(&jsonschema.Schema{Const: true}, definition("OpenCase"))
}

func (HandoffOrTrue) JSONSchema() *jsonschema.Schema {
	return either(&jsonschema.Schema{Const: true}, definition("Handoff"))
}
