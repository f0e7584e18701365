package public

import (
	"slices"
	"strings"

	"nagorik/flows"
)

// form is one question as a page asks it.
type form struct {
	Question string
	Control  control
	Boxes    []box    // radio, boxes, buttons
	Buttons  []button // besides the control: skip, done, "I do not know"
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

// control is what a question is answered with.
type control string

const (
	radioControl   control = "radio"
	boxesControl   control = "boxes"
	buttonsControl control = "buttons"
	inputControl   control = "input"
	areaControl    control = "area"
	photoControl   control = "photo"
)

// box is a choice: what it sends and whether it is ticked.
type box struct {
	Value   string
	Title   string
	Checked bool
}

// button sends an answer of its own. The main one is what most people press
// next.
type button struct {
	Value, Title string
	Main         bool
}

const (
	fewChoices   = 2    // are buttons, more are a list to choose from
	longestInput = 200  // letters of one line
	longestArea  = 2000 // of several
	photosAtOnce = 5    // one message takes no more
)

// formOf is the form for the question that stands. heard says that the bot has
// said something to the last answer.
func formOf(w *words, now *flows.Standing, heard bool) *form {
	f := &form{Question: strings.TrimSpace(now.Prompt.Text), Submit: w.Text["next"]}
	answers, done := f.divide(now)
	switch {
	case now.Own || now.Type == flows.SlotConfirm:
		f.choose(answers, nil)
	case now.Type == flows.SlotChoice && now.Several:
		f.Control, f.Boxes = boxesControl, boxesOf(answers, now.Picked)
		if now.Max > 0 && int(now.Max) < len(answers) {
			f.Hint = w.with("boxes_most", "{n}", w.number(flows.NumberValue(now.Max).String()))
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
func (f *form) divide(now *flows.Standing) (answers []flows.Choice, done bool) {
	for _, c := range now.Prompt.Choices {
		_, value, _ := strings.Cut(c.Payload, "=")
		switch {
		case value == "!back", value == "!agent":
		case value == "!done" && now.Several: // the boxes are sent at once
		case strings.HasPrefix(value, "!"), now.Type == flows.SlotWard && !now.Own:
			f.Buttons = append(f.Buttons, button{pickOf(c), c.Title, value == "!done"})
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
func (f *form) choose(answers []flows.Choice, picked []string) {
	f.Control, f.Boxes = radioControl, boxesOf(answers, picked)
	if len(answers) <= fewChoices {
		f.Control = buttonsControl
	}
}

func boxesOf(answers []flows.Choice, picked []string) []box {
	boxes := make([]box, len(answers))
	for i, c := range answers {
		_, value, _ := strings.Cut(c.Payload, "=")
		boxes[i] = box{Value: pickOf(c), Title: c.Title, Checked: slices.Contains(picked, value)}
	}
	return boxes
}

// photos takes files. Once there are some, what the bot has said of them stands
// for the question.
func (f *form) photos(w *words, now *flows.Standing, more, heard bool) {
	f.More = more
	f.Control, f.Submit, f.Photos = photoControl, w.Text["photo_send"], photosAtOnce
	if now.Max > 0 {
		f.Photos = min(photosAtOnce, int(now.Max))
	}
	if more && heard {
		f.Question = w.Text["photo_more"]
	}
}

// typed is one line, or several where a person describes something.
func (f *form) typed(w *words, now *flows.Standing) {
	f.Control, f.Type, f.Longest = inputControl, "text", longestInput
	switch now.Type {
	case flows.SlotPhone:
		f.Type, f.Fill = "tel", "tel"
	case flows.SlotDate:
		f.Type, f.Example = "date", w.Text["date_example"]
	case flows.SlotWard: // a number or the name of an area
	case flows.SlotNumber:
		f.Mode = "numeric"
	case flows.SlotAmount:
		f.Mode, f.Hint = "decimal", w.Text["taka"]
	case flows.SlotLocation:
		f.Control, f.Fill, f.Longest = areaControl, "street-address", longestInput
	default:
		f.Control, f.Longest = areaControl, longestArea
		if now.Max > 0 {
			f.Longest = int(now.Max)
		}
	}
}
