package form

import (
	"slices"
	"strings"

	"nagorik/flows"
)

// Words are what a form says of its own, in one language.
type Words struct {
	Next        string // the button of most questions
	PhotoSend   string
	PhotoMore   string // stands for the question once there are photos
	BoxesMost   string // "Choose up to {n}"
	DateExample string
	Taka        string
	Number      func(digits string) string // in the language's own digits
}

// Form is one question as a page asks it.
type Form struct {
	Question string
	Control  Control
	Boxes    []Box    // radio, boxes, buttons
	Buttons  []Button // besides the control: skip, done, "I do not know"
	Type     string   // of an input
	Mode     string   // which keyboard it brings up
	Fill     string   // what the browser may fill in
	Longest  int      // letters; 0 for no bound
	Hint     string
	Example  string // where the browser knows no field of that type
	Submit   string
	Photos   int  // how many may be chosen
	More     bool // there are some already
}

// Control is what a question is answered with.
type Control string

// The controls there are.
const (
	Radio   Control = "radio"
	Boxes   Control = "boxes"
	Buttons Control = "buttons" // a few choices that are sent at once
	Input   Control = "input"
	Area    Control = "area"
	Photo   Control = "photo"
)

// Box is a choice: what it sends and whether it is ticked.
type Box struct {
	Value   string
	Title   string
	Checked bool
}

// Button sends an answer of its own. The main one is what most people press
// next.
type Button struct {
	Value, Title string
	Main         bool
}

const (
	fewChoices   = 2    // are buttons, more are a list to choose from
	longestInput = 200  // letters of one line
	longestArea  = 2000 // of several
	photosAtOnce = 5    // one message takes no more
)

// Of is the form for the question that stands. heard says that the bot has
// said something to the last answer.
func Of(w Words, now *flows.Standing, heard bool) *Form {
	f := &Form{Question: strings.TrimSpace(now.Prompt.Text), Submit: w.Next}
	answers, done := f.divide(now)
	switch {
	case now.Own || now.Type == flows.SlotConfirm:
		f.choose(answers, nil)
	case now.Type == flows.SlotChoice && now.Several:
		f.Control, f.Boxes = Boxes, boxesOf(answers, now.Picked)
		if now.Max > 0 && int(now.Max) < len(answers) {
			f.Hint = strings.ReplaceAll(w.BoxesMost, "{n}", w.Number(flows.NumberValue(now.Max).String()))
		}
	case now.Type == flows.SlotChoice:
		f.choose(answers, now.Picked)
	case now.Type == flows.SlotPhoto:
		f.photos(w, now, done, heard)
	default:
		f.typed(w, now)
	}
	return f
}

// divide parts the answers from the buttons beside them. Going back and a
// person are always at hand, so the offer of them is left out.
func (f *Form) divide(now *flows.Standing) (answers []flows.Choice, done bool) {
	for _, c := range now.Prompt.Choices {
		_, value, _ := strings.Cut(c.Payload, "=")
		switch {
		case value == "!back", value == "!agent":
		case value == "!done" && now.Several: // the boxes are sent at once
		case strings.HasPrefix(value, "!"), now.Type == flows.SlotWard && !now.Own:
			f.Buttons = append(f.Buttons, Button{pickOf(c), c.Title, value == "!done"})
			done = done || value == "!done"
		default:
			answers = append(answers, c)
		}
	}
	return answers, done
}

// pickOf is what a button or a box sends.
func pickOf(c flows.Choice) string { return c.Payload + " " + c.Title }

// choose offers a few answers as buttons, more as a list.
func (f *Form) choose(answers []flows.Choice, picked []string) {
	f.Control, f.Boxes = Radio, boxesOf(answers, picked)
	if len(answers) <= fewChoices {
		f.Control = Buttons
	}
}

func boxesOf(answers []flows.Choice, picked []string) []Box {
	boxes := make([]Box, len(answers))
	for i, c := range answers {
		_, value, _ := strings.Cut(c.Payload, "=")
		boxes[i] = Box{Value: pickOf(c), Title: c.Title, Checked: slices.Contains(picked, value)}
	}
	return boxes
}

// photos takes files. Once there are some, what the bot has said of them stands
// for the question.
func (f *Form) photos(w Words, now *flows.Standing, more, heard bool) {
	f.More = more
	f.Control, f.Submit, f.Photos = Photo, w.PhotoSend, photosAtOnce
	if now.Max > 0 {
		f.Photos = min(photosAtOnce, int(now.Max))
	}
	if more && heard {
		f.Question = w.PhotoMore
	}
}

// typed is one line, or several where a person describes something.
func (f *Form) typed(w Words, now *flows.Standing) {
	f.Control, f.Type, f.Longest = Input, "text", longestInput
	switch now.Type {
	case flows.SlotPhone:
		f.Type, f.Fill = "tel", "tel"
	case flows.SlotDate:
		f.Type, f.Example = "date", w.DateExample
	case flows.SlotWard: // a number or the name of an area
	case flows.SlotNumber:
		f.Mode = "numeric"
	case flows.SlotAmount:
		f.Mode, f.Hint = "decimal", w.Taka
	case flows.SlotLocation:
		f.Control, f.Fill, f.Longest = Area, "street-address", longestInput
	default:
		f.Control, f.Longest = Area, longestArea
		if now.Max > 0 {
			f.Longest = int(now.Max)
		}
	}
}
