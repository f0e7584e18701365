package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"nagorik/flows"
	"nagorik/flows/gsm"
)

// chatCommand is a terminal conversation with the bot.
type chatCommand struct {
	Flow    string `help:"Begin with this service instead of the menu."`
	Lang    string `default:"" enum:",bn,en" help:"bn or en; the bot's default when left out."`
	Channel string `default:"messenger" enum:"messenger,sms" help:"Show the bot as messenger or as sms would."`
	Why     bool   `help:"Say after each message why the bot went where it went."`
}

// chatHelp is said once at the start.
const chatHelp = `Talk to the bot; nothing is recorded. /photo sends a photo, /pin LAT LON a pin, a number taps a button,
/wait lets the session go idle, an empty line or Ctrl-D ends.`

// chatRounds bounds how often a turn looks something up: one round for each
// kind of look-up, and the last step.
const chatRounds = 5

// firstChatCase is the first case number in a chat: none of the real ones is used up.
const firstChatCase = 10001

// chat is one terminal conversation and the small world it remembers.
type chat struct {
	catalog    *flows.Catalog
	face       flows.Face
	out        io.Writer
	session    flows.Session
	owner      flows.Owner
	remembered map[string]flows.Value
	cases      []flows.CaseFound
	choices    []flows.Choice
	photos     int
	first      bool
	muted      bool
	why        bool
	wakeWith   flows.InputKind
}

// Run talks until the input ends.
func (k *chatCommand) Run(p *process) error {
	catalog, err := p.catalog()
	if err != nil {
		return err
	}
	if _, known := catalog.Flow(k.Flow); k.Flow != "" && !known {
		return fmt.Errorf("--flow: there is no service %q", k.Flow)
	}
	t := newChat(catalog, k, p.out)
	fmt.Fprintln(p.out, chatHelp)
	t.turn(flows.Input{Kind: flows.InputStart, Ref: k.Flow})
	lines := bufio.NewScanner(p.in)
	for fmt.Fprint(p.out, "> "); lines.Scan(); fmt.Fprint(p.out, "> ") {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			return nil
		}
		t.turn(t.read(line))
	}
	fmt.Fprintln(p.out)
	return lines.Err()
}

func newChat(catalog *flows.Catalog, k *chatCommand, out io.Writer) *chat {
	t := &chat{catalog: catalog, out: out, first: true, owner: flows.OwnerBot, remembered: map[string]flows.Value{}, face: messengerFace(), why: k.Why}
	if k.Channel == "sms" {
		t.face = smsFace()
	}
	t.session.Language = k.Lang
	return t
}

// read turns a typed line into what it stands for.
func (t *chat) read(line string) flows.Input {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "/photo":
		t.photos++
		return flows.Input{Kind: flows.InputPhotos, Photos: []string{fmt.Sprintf("photo-%d", t.photos)}}
	case "/wait":
		return flows.Input{Kind: t.wakeWith}
	case "/pin":
		var lat, lon float64
		if _, err := fmt.Sscanf(strings.ReplaceAll(rest, ",", " "), "%g %g", &lat, &lon); err == nil {
			return flows.Input{Kind: flows.InputLocation, Lat: lat, Lon: lon}
		}
	}
	if n, err := strconv.Atoi(line); err == nil && t.face.Buttons && n >= 1 && n <= len(t.choices) {
		return flows.Input{Kind: flows.InputChoice, Text: t.choices[n-1].Title, Payload: t.choices[n-1].Payload}
	}
	return flows.Input{Kind: flows.InputText, Text: line}
}

// turn steps the flow, answering what it looks up from the chat's own world.
func (t *chat) turn(in flows.Input) {
	if in.Kind == "" {
		fmt.Fprintln(t.out, "  (nothing would happen, however long you wait)")
		return
	}
	in.At, in.Face, in.Owner, in.First, in.Muted = time.Now(), t.face, t.owner, t.first, t.muted
	in.Case = firstChatCase + int64(len(t.cases))
	var out flows.Turn
	for range chatRounds {
		if out = t.catalog.Step(t.session, in); len(out.Lookups) == 0 {
			break
		}
		t.lookUp(out.Lookups, &in.Found)
	}
	t.first, t.session, t.wakeWith = false, out.Session, out.WakeWith
	for _, m := range out.Moves {
		if t.why && m.Why != "" {
			fmt.Fprintf(t.out, "  [why: %s]\n", m.Why)
		}
	}
	for _, e := range out.Effects {
		t.effect(e, in.At)
	}
	for _, m := range out.Messages {
		t.show(m)
	}
	if len(out.Messages) == 0 {
		fmt.Fprintf(t.out, "  (the bot says nothing: %s)\n", out.Silence)
	}
}

func (t *chat) lookUp(wants []flows.Lookup, found *flows.Found) {
	for _, w := range wants {
		switch w.Kind {
		case flows.LookupRemembered:
			found.Remembered = t.remembered
		case flows.LookupDesk:
			if found.Desk == nil {
				found.Desk = map[string]flows.DeskFound{}
			}
			found.Desk[w.Team] = flows.DeskFound{} // nobody else waits in a chat
		case flows.LookupNear:
			found.Near = []flows.NearFound{} // nobody else reports in a chat
		case flows.LookupMine:
			found.Mine = []flows.CaseFound{}
			for i := len(t.cases) - 1; i >= 0; i-- {
				found.Mine = append(found.Mine, t.cases[i])
			}
		case flows.LookupCase:
			if found.Cases == nil {
				found.Cases = map[int64]*flows.CaseFound{}
			}
			found.Cases[w.Number] = nil
			if i := int(w.Number - firstChatCase); i >= 0 && i < len(t.cases) {
				found.Cases[w.Number] = &t.cases[i]
			}
		}
	}
}

func (t *chat) effect(effect flows.Effect, at time.Time) {
	switch e := effect.(type) {
	case flows.OpenCase:
		t.cases = append(t.cases, flows.CaseFound{Number: e.Number, Flow: e.Flow, Title: e.Title, Status: "new", UpdatedAt: at, Mine: true})
		fmt.Fprintf(t.out, "  [case %d opened: %s, team %s, ward %d, %d photos]\n", e.Number, e.Title, e.Team, e.Ward, len(e.Photos))
	case flows.ReopenCase:
		if i := int(e.Number - firstChatCase); i >= 0 && i < len(t.cases) {
			t.cases[i].Status, t.cases[i].UpdatedAt = "reopened", at
		}
		fmt.Fprintf(t.out, "  [case %d opened again, %d photos]\n", e.Number, len(e.Photos))
	case flows.Join:
		fmt.Fprintf(t.out, "  [follows case %d, %d photos]\n", e.Case, len(e.Photos))
	case flows.AttachPhotos:
		fmt.Fprintf(t.out, "  [%d photos added to case %d]\n", len(e.Photos), e.Case)
	case flows.Handoff:
		t.owner = flows.OwnerQueue
		fmt.Fprintf(t.out, "  [passed to people: team %s, reason %s]\n", e.Team, e.Reason)
	case flows.Reclaim:
		t.owner = flows.OwnerBot
		fmt.Fprintln(t.out, "  [back with the bot]")
	case flows.Alert:
		fmt.Fprintf(t.out, "  [red alert at the desk: %s]\n", e.Reason)
	case flows.Remember:
		t.remembered[e.Slot] = e.Value
		fmt.Fprintf(t.out, "  [remembered: %s = %s]\n", e.Slot, e.Value)
	case flows.SetLanguage:
		fmt.Fprintf(t.out, "  [language: %s]\n", e.Language)
	case flows.Mute:
		t.muted = e.On
		fmt.Fprintf(t.out, "  [muted: %v]\n", e.On)
	}
}

// show prints a message as its channel would show it: buttons in brackets, or
// the text with what it costs as SMS.
func (t *chat) show(m flows.Message) {
	fmt.Fprintln(t.out, "< "+strings.ReplaceAll(m.Text, "\n", "\n  "))
	t.choices = m.Choices
	for i, c := range m.Choices {
		fmt.Fprintf(t.out, "  [%d %s]\n", i+1, c.Title)
	}
	if t.face.Name == "sms" {
		n := gsm.Segments(gsm.OneLetter(m.Text))
		fmt.Fprintf(t.out, "  (%s, %d units, %d SMS)\n", n.Encoding, n.Units, n.Segments)
	}
}

// messengerFace and smsFace are how the two channels show a dialogue, without
// a provider behind them.
func messengerFace() flows.Face {
	return flows.Face{Name: "messenger", Buttons: true, MaxChoices: 13, Photos: true}
}

func smsFace() flows.Face { return flows.Face{Name: "sms", Short: true} }
