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
	newName      string // is declared here
	languageCode string
	teamName     string
	textName     string
	flowName     string
	slotName     string
	stateName    string
	settingName  string
	answerName   string
	formulaValue string
)

func nameOf(what string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Extras: map[string]any{namesOf: what}}
}

func (newName) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^[a-z][a-z0-9_]{0,39}$"}
}
func (languageCode) JSONSchema() *jsonschema.Schema { return nameOf(namesLanguages) }
func (teamName) JSONSchema() *jsonschema.Schema     { return nameOf(namesTeams) }
func (textName) JSONSchema() *jsonschema.Schema     { return nameOf(namesTexts) }
func (flowName) JSONSchema() *jsonschema.Schema     { return nameOf(namesFlows) }
func (slotName) JSONSchema() *jsonschema.Schema     { return nameOf(namesSlots) }
func (stateName) JSONSchema() *jsonschema.Schema    { return nameOf(namesStates) }
func (settingName) JSONSchema() *jsonschema.Schema  { return nameOf(namesSettings) }
func (answerName) JSONSchema() *jsonschema.Schema   { return nameOf(namesAnswers) }
func (formulaValue) JSONSchema() *jsonschema.Schema { return nameOf(namesFormula) }

// Words of a closed set.
type (
	statusName     string
	commandName    string
	buttonName     string
	officeWord     string
	eventName      string
	wayWord        string
	kindWord       string
	slotTypeWord   string
	unitWord       string
	assignWord     string
	afterPhotoWord string
	lookupWord     string
	trueValue      bool
)

func oneOf(entry string, words ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Extras: map[string]any{entryOf: entry}}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

func (statusName) JSONSchema() *jsonschema.Schema {
	return oneOf("status", "new", "assigned", "in_progress", "waiting", "resolved", "reopened", "closed", "rejected", "referred", "duplicate")
}

func (commandName) JSONSchema() *jsonschema.Schema {
	return oneOf("command", "menu", "back", "skip", "cancel", "agent", "language", "status", "help", "stop", "start", "done", "unknown")
}

func (buttonName) JSONSchema() *jsonschema.Schema {
	return oneOf("button", "yes", "no", "skip", "done", "back", "menu", "person", "unknown_ward", "continue", "start_over", "other", "danger")
}

func (officeWord) JSONSchema() *jsonschema.Schema {
	return oneOf("office_word", "today", "tomorrow", "weekday", "later", "night", "dawn", "morning", "noon", "afternoon", "evening", "late",
		"sun", "mon", "tue", "wed", "thu", "fri", "sat")
}

func (eventName) JSONSchema() *jsonschema.Schema {
	return oneOf("event", "assigned", "started", "delayed", "needs_more", "resolved", "reopened", "answered", "rejected", "referred")
}

func (wayWord) JSONSchema() *jsonschema.Schema {
	return oneOf("way", "messenger", "template", "sms", "mail", "web")
}

func (kindWord) JSONSchema() *jsonschema.Schema {
	return oneOf("kind", "complaint", "request", "question", "suggestion")
}

func (slotTypeWord) JSONSchema() *jsonschema.Schema {
	return oneOf("type", "text", "choice", "number", "amount", "date", "phone", "ward", "location", "photo", "confirm", "code")
}
func (unitWord) JSONSchema() *jsonschema.Schema   { return oneOf("unit", "taka", "date") }
func (assignWord) JSONSchema() *jsonschema.Schema { return oneOf("assign", "by_hand", "automatic") }

func (afterPhotoWord) JSONSchema() *jsonschema.Schema {
	return oneOf("after_photo", "required", "optional")
}

func (lookupWord) JSONSchema() *jsonschema.Schema {
	return oneOf("lookup", "mine", "case", "resolved", "register")
}

func (trueValue) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Const: true} }

// Values that are written in a way of their own.
type (
	dateValue     string // 2026-11-23; of every year: 11-23
	durationValue string // 20m, 12h, 2d
	daysValue     string // sun, sun-thu
	quietValue    string // 21:00-8:00, never
)

func (dateValue) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`}
}

func (durationValue) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[1-9][0-9]{0,5}[mhd]$`}
}

func (quietValue) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(never|[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2})$`}
}

func (daysValue) JSONSchema() *jsonschema.Schema {
	const day = "(sun|mon|tue|wed|thu|fri|sat)"
	return &jsonschema.Schema{Type: "string", Pattern: "^" + day + "(-" + day + ")?$"}
}

// Texts and lists of words, each of which can be written in several ways.
type (
	textValue       struct{}
	titleValue      struct{} // of a choice
	settingValue    struct{}
	wordsValue      struct{}
	wordsByLanguage struct{}
	itemValue       struct{}
	openCaseOrTrue  struct{}
	handoffOrTrue   struct{}
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

func (textValue) JSONSchema() *jsonschema.Schema {
	return either(plain(), byLanguage("text", plain(), textMembers()...))
}

func textMembers() []member {
	return []member{
		{"sms", either(plain(), byLanguage("text", plain()))},
		{"call", either(plain(), byLanguage("text", plain()))},
		{"shared", nameOf(namesTexts)},
	}
}

func (titleValue) JSONSchema() *jsonschema.Schema {
	return either(plain(), byLanguage("choice", plain(), append(textMembers(), member{"words", wordsValue{}.JSONSchema()})...))
}

func (settingValue) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "number"}, byLanguage("setting", plain()))
}

func (wordsValue) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()})
}

func (wordsByLanguage) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()}, byLanguage("triggers", wordsValue{}.JSONSchema()))
}

func (wordsWithExamples) JSONSchema() *jsonschema.Schema {
	return either(plain(), &jsonschema.Schema{Type: "array", Items: plain()},
		byLanguage("commands", wordsValue{}.JSONSchema(), member{"examples", wordsValue{}.JSONSchema()}))
}

func (itemValue) JSONSchema() *jsonschema.Schema {
	return either(nameOf(namesFlows), definition("MenuItem"))
}

func (openCaseOrTrue) JSONSchema() *jsonschema.Schema {
	return either(&jsonschema.Schema{Const: true}, definition("OpenCase"))
}

func (handoffOrTrue) JSONSchema() *jsonschema.Schema {
	return either(&jsonschema.Schema{Const: true}, definition("Handoff"))
}
