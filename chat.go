package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"nagorik/bot/trial"
	"nagorik/flows"
	"nagorik/handoff/postgres"
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

// chat is one terminal conversation.
type chat struct {
	*trial.Trial
	out     io.Writer
	choices []flows.Choice
	photos  int
	why     bool
}

// Run talks until the input ends.
func (k *chatCommand) Run(p *process) error {
	catalog, err := p.cityCatalog()
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

// cityCatalog is the catalogue of the settings on the map the service would use: that of the database, where there is one
// already. Where there is none, none is made.
func (p *process) cityCatalog() (catalog *flows.Catalog, err error) {
	c, err := p.config()
	if err != nil {
		return nil, err
	}
	if c.Wards != "" || c.DatabaseURL == "" && !postgres.Made(c.DataDir) {
		return p.catalog()
	}
	err = p.withRecords(func(c *Config, r *records) error {
		wards, _, err := cityWards(p.ctx, c, r.desk)
		if err != nil {
			return err
		}
		catalog, err = settingsCatalog(c, wards)
		return err
	})
	return catalog, err
}

func newChat(catalog *flows.Catalog, k *chatCommand, out io.Writer) *chat {
	face := trial.Messenger()
	if k.Channel == "sms" {
		face = trial.SMS()
	}
	return &chat{Trial: trial.New(catalog, face, k.Lang), out: out, why: k.Why}
}

// read turns a typed line into what it stands for.
func (t *chat) read(line string) flows.Input {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "/photo":
		t.photos++
		return flows.Input{Kind: flows.InputPhotos, Photos: []string{fmt.Sprintf("photo-%d", t.photos)}}
	case "/wait":
		kind, _ := t.Idle()
		return flows.Input{Kind: kind}
	case "/pin":
		var lat, lon float64
		if _, err := fmt.Sscanf(strings.ReplaceAll(rest, ",", " "), "%g %g", &lat, &lon); err == nil {
			return flows.Input{Kind: flows.InputLocation, Lat: lat, Lon: lon}
		}
	}
	if n, err := strconv.Atoi(line); err == nil && t.Face().Buttons && n >= 1 && n <= len(t.choices) {
		return flows.Input{Kind: flows.InputChoice, Text: t.choices[n-1].Title, Payload: t.choices[n-1].Payload}
	}
	return flows.Input{Kind: flows.InputText, Text: line}
}

// turn steps the flow and prints what follows.
func (t *chat) turn(in flows.Input) {
	if in.Kind == "" {
		fmt.Fprintln(t.out, "  (nothing would happen, however long you wait)")
		return
	}
	in.At = time.Now()
	out := t.Say(in)
	for _, m := range out.Moves {
		if t.why && m.Why != "" {
			fmt.Fprintf(t.out, "  [why: %s]\n", m.Why)
		}
	}
	for _, e := range out.Effects {
		t.effect(e)
	}
	for _, m := range out.Messages {
		t.show(m)
	}
	if len(out.Messages) == 0 {
		fmt.Fprintf(t.out, "  (the bot says nothing: %s)\n", out.Silence)
	}
}

func (t *chat) effect(effect flows.Effect) {
	switch e := effect.(type) {
	case flows.OpenCase:
		fmt.Fprintf(t.out, "  [case %d opened: %s, team %s, ward %d, %d photos]\n", e.Number, e.Title, e.Team, e.Ward, len(e.Photos))
	case flows.ReopenCase:
		fmt.Fprintf(t.out, "  [case %d opened again, %d photos]\n", e.Number, len(e.Photos))
	case flows.Confirm:
		fmt.Fprintf(t.out, "  [case %d: said to be fixed]\n", e.Number)
	case flows.Join:
		fmt.Fprintf(t.out, "  [follows case %d, %d photos]\n", e.Case, len(e.Photos))
	case flows.AttachPhotos:
		fmt.Fprintf(t.out, "  [%d photos added to case %d]\n", len(e.Photos), e.Case)
	case flows.Handoff:
		fmt.Fprintf(t.out, "  [passed to people: team %s, reason %s]\n", e.Team, e.Reason)
	case flows.Reclaim:
		fmt.Fprintln(t.out, "  [back with the bot]")
	case flows.Alert:
		fmt.Fprintf(t.out, "  [red alert at the desk: %s]\n", e.Reason)
	case flows.Remember:
		fmt.Fprintf(t.out, "  [remembered: %s = %s]\n", e.Slot, e.Value)
	case flows.SetLanguage:
		fmt.Fprintf(t.out, "  [language: %s]\n", e.Language)
	case flows.Subscribe:
		fmt.Fprintf(t.out, "  [news of %s: %v]\n", e.Topic, e.Wanted)
	case flows.Mute:
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
	if t.Face().Name == "sms" {
		n := trial.Segments(m.Text)
		fmt.Fprintf(t.out, "  (%s, %d units, %d SMS)\n", n.Encoding, n.Units, n.Segments)
	}
}
