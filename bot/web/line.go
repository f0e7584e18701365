package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

// historyLimit is how many lines are read at once.
const historyLimit = 100

// Line is one message as the page shows it, read from the records.
type Line struct {
	ID string
	// Seq is where the line stands: a cursor that means nothing but to
	// Options.History. No line may appear later with an earlier cursor.
	Seq        string
	ProviderID string // of what the person sent; ends in the page's own id
	Direction  string // "in" or "out"
	Author     string // "contact", "bot" or "agent"
	AgentName  string
	Text       string
	Choices    []flows.Choice
	Wants      flows.SlotType // what the bot hopes for: "location", "photo", "phone" …
	Photos     []KeptPhoto
	Location   *bot.Location
	At         time.Time
	Kind       string
}

// KeptPhoto is a photo of a line. Its size may be 0 when it is not known.
type KeptPhoto struct {
	SHA256        string
	Width, Height int // pixels
}

// Shown is a Line on its way to a page.
type Shown struct {
	ID       string         `json:"id"`
	Seq      string         `json:"seq"`
	Client   string         `json:"client,omitempty"` // the page's own id of what it sent
	In       bool           `json:"in,omitempty"`     // the person wrote it
	Author   string         `json:"author"`
	Name     string         `json:"name,omitempty"` // of the agent
	Text     string         `json:"text,omitempty"`
	Choices  []flows.Choice `json:"choices,omitempty"`
	Wants    string         `json:"wants,omitempty"`
	Photos   []Photo        `json:"photos,omitempty"`
	Location *bot.Location  `json:"location,omitempty"`
	At       time.Time      `json:"at"`
	Kind     string         `json:"kind,omitempty"`
}

// Photo is where a page finds a photo: a small and a large copy.
type Photo struct {
	URL    string `json:"url"`
	Thumb  string `json:"thumb"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Lines reads what was said with an address, as the page shows it. With after
// empty it is the newest lines, otherwise those behind that cursor.
func (w *Web) Lines(ctx context.Context, address, after string) ([]Shown, error) {
	lines, err := w.opt.History(ctx, address, after, historyLimit)
	if err != nil {
		return nil, fmt.Errorf("read the web chat's history: %w", err)
	}
	shown := make([]Shown, len(lines))
	for i, l := range lines {
		shown[i] = w.show(address, l)
	}
	return shown, nil
}

func (w *Web) show(address string, l Line) Shown {
	s := Shown{
		ID: l.ID, Seq: l.Seq, In: l.Direction == "in", Author: l.Author, Name: l.AgentName,
		Text: l.Text, Choices: l.Choices, Wants: string(l.Wants), Location: l.Location, At: l.At, Kind: l.Kind,
	}
	if client, ok := strings.CutPrefix(l.ProviderID, address+":"); ok {
		s.Client = client
	}
	for _, p := range l.Photos {
		if w.opt.Open != nil && isSHA256(p.SHA256) {
			s.Photos = append(s.Photos, w.photo(address, p))
		}
	}
	return s
}

func (s Shown) encode() ([]byte, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode line %s: %w", s.ID, err)
	}
	return data, nil
}
