package messenger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"nagorik/bot"
)

// maxName bounds a person's first and last name, in characters each.
const maxName = 100

// Codes of the profile API that mean: there is no name for you.
const (
	noProfile    = "100/2018218"
	noPermission = "100/2018247"
)

// Profile asks for a person's name. It is empty when Meta does not tell it:
// phone-only accounts, or a Page without access to profiles.
func (m *Messenger) Profile(ctx context.Context, address string) (string, error) {
	if address == "" || len(address) > maxID || !plain(address) {
		return "", &bot.SendError{Outcome: bot.SendReject, Text: "this is not a Messenger address"}
	}
	v, err := m.call(ctx, http.MethodGet, "/"+address+"?fields=first_name,last_name&"+m.proof, nil)
	if err != nil {
		var e *bot.SendError
		if errors.As(err, &e) && (e.Code == noProfile || e.Code == noPermission) {
			return "", nil
		}
		return "", err
	}
	first, _ := v.Member("first_name").Text(maxName)
	last, _ := v.Member("last_name").Text(maxName)
	return strings.TrimSpace(strings.TrimSpace(first) + " " + strings.TrimSpace(last)), nil
}

// Greeting is what Messenger shows before a chat begins, in one locale
// ("default", "en_US").
type Greeting struct {
	Locale string `json:"locale"`
	Text   string `json:"text"`
}

// menuItem is one line of the persistent menu.
type menuItem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

type menu struct {
	Locale  string     `json:"locale"`
	Closed  bool       `json:"composer_input_disabled"`
	Actions []menuItem `json:"call_to_actions"`
}

// pageProfile is the body of a Messenger Profile call. The menu needs the Get
// Started button, so both go together.
type pageProfile struct {
	GetStarted struct {
		Payload string `json:"payload"`
	} `json:"get_started"`
	Greetings []Greeting `json:"greeting,omitempty"`
	Menus     []menu     `json:"persistent_menu,omitempty"`
}

// Setup gives the Page its Get Started button, greeting and menu, as in
// Options. Meta allows ten such calls in ten minutes. Its errors are
// *bot.SendError.
func (m *Messenger) Setup(ctx context.Context) error {
	p := pageProfile{Greetings: m.greetings}
	p.GetStarted.Payload = GetStarted
	if len(m.menu) > 0 {
		one := menu{Locale: "default"}
		for _, c := range m.menu {
			one.Actions = append(one.Actions, menuItem{Type: "postback", Title: c.Title, Payload: c.Payload})
		}
		p.Menus = []menu{one}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return &bot.SendError{Outcome: bot.SendReject, Text: "the Page's profile cannot be written", Err: fmt.Errorf("encode profile: %w", err)}
	}
	_, err = m.call(ctx, http.MethodPost, "/me/messenger_profile?"+m.proof, body)
	return err
}
