package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/api"
	"nagorik/api/public"
	"nagorik/bot"
	"nagorik/bot/call"
	"nagorik/bot/mail"
	"nagorik/bot/messenger"
	"nagorik/bot/photos"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/counts"
)

// graphRate bounds the calls per second to Meta's own Graph API, which allows
// a Page 300 (Messenger Platform, rate limiting). Elsewhere nothing is known
// to bound them.
const graphRate = 250

// setUpWithin bounds the setting up of a Page.
const setUpWithin = 30 * time.Second

// webUploads is how large a call of the web chat may be, in bytes: a photo as
// it comes from a camera, from a page without script.
const webUploads = photos.MaxBytes + 1<<20

// ways are the channels that the settings switch on, with the paths their
// providers call and the public page that goes with the web chat.
type ways struct {
	channels []bot.Channel
	mounts   []api.Mount
	page     func(*echo.Echo) error
}

// ways makes the channels, one function each.
func (s *nagorik) ways() (ways, error) {
	var w ways
	for _, add := range []func(*ways) error{s.addWeb, s.addMessenger, s.addSMS, s.addCalls} {
		if err := add(&w); err != nil {
			return ways{}, err
		}
	}
	return w, nil
}

func (s *nagorik) addWeb(w *ways) error {
	chat, err := s.webChat()
	if err != nil {
		return err
	}
	w.channels = append(w.channels, chat)
	w.mounts = append(w.mounts, api.Mount{Methods: []string{http.MethodPost}, Path: "/channels/web", Channel: chat, MaxBody: webUploads})
	w.page = func(e *echo.Echo) error {
		return public.Register(e, public.Options{Chat: chat, City: s.city, Track: s.track, Catalogs: s.catalogs, Stand: s.stand, Counts: s.counts(), Letters: s.news, ReadLink: s.leaving.Read, Wards: s.wards, Log: s.log})
	}
	return nil
}

// counts are the figures that everybody may see once they are switched on.
func (s *nagorik) counts() *counts.Board {
	return &counts.Board{Desk: s.records.desk, Now: time.Now, Names: func() counts.Names {
		var names counts.Names
		for _, w := range s.wards.Wards() {
			names.Wards = append(names.Wards, w.Number)
		}
		for _, f := range s.catalogs.Current().Flows() {
			names.Services = append(names.Services, f.ID)
		}
		return names
	}}
}

// addCalls adds what staff write for those who telephone or come to the counter.
func (s *nagorik) addCalls(w *ways) error {
	w.channels = append(w.channels, call.New(handoff.ChannelPhone), call.New(handoff.ChannelCounter))
	return nil
}

func (s *nagorik) addMessenger(w *ways) error {
	m := s.config.Messenger
	if m == nil {
		return nil
	}
	channel, err := messenger.New(messenger.Options{
		PageID: m.PageID, PageToken: m.PageToken, AppSecret: m.AppSecret, VerifyToken: m.VerifyToken, AppID: m.AppID,
		APIURL: m.APIURL, APIVersion: m.APIVersion, MediaHosts: m.MediaHosts,
		Greetings: s.greetings(), Menu: s.pageMenu(),
	})
	if err != nil {
		return badSetting("MESSENGER_API_URL", "%v", err)
	}
	s.messenger = channel
	w.channels = append(w.channels, channel)
	w.mounts = append(w.mounts, api.Mount{Methods: []string{http.MethodGet, http.MethodPost}, Path: "/channels/messenger", Channel: channel})
	return nil
}

// mailer is what sends mail; nil where the settings name no server.
func (s *nagorik) mailer() (bot.Mailer, error) {
	if s.config.Mail == nil {
		return nil, nil //nolint:nilnil // no mail is no fault
	}
	m, err := mail.New(mail.Options{URL: s.config.Mail.URL, From: s.config.Mail.From, City: func(lang string) string { return s.catalogs.Current().City(lang) }})
	if errors.Is(err, mail.ErrFrom) {
		return nil, badSetting("MAIL_FROM", "%v", err)
	}
	if err != nil {
		return nil, badSetting("SMTP_URL", "%v", err)
	}
	return m, nil
}

// greetings are what Messenger shows before a chat begins.
func (s *nagorik) greetings() []messenger.Greeting {
	catalog := s.catalogs.Current()
	return []messenger.Greeting{{Locale: "default", Text: catalog.Text("welcome", "", flows.Face{Short: true}, nil)}}
}

// pageMenu is the Page's fixed menu: the services, in the default language.
func (s *nagorik) pageMenu() []flows.Choice {
	catalog := s.catalogs.Current()
	lang := catalog.Languages()[0]
	var menu []flows.Choice
	for _, f := range catalog.Flows() {
		menu = append(menu, flows.Choice{Title: f.Title[lang], Payload: flows.MenuPayload(f.ID)})
	}
	return menu
}

// setUpPage gives a Page at Meta its Get Started button, greeting and menu.
// The bot works without them, so a failure is told and no more.
func (s *nagorik) setUpPage(ctx context.Context) {
	if s.messenger == nil || s.config.Messenger.APIURL != graphURL {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, setUpWithin)
	defer cancel()
	if err := s.messenger.Setup(ctx); err != nil {
		s.log.Warn("the Page's Get Started button and menu were not set", "error", err)
	}
}

// rateOf bounds the sends per second on a channel.
func (s *nagorik) rateOf(channel string) float64 {
	if channel == messenger.Name && s.config.Messenger.APIURL == graphURL {
		return graphRate
	}
	return 0
}

// webChat makes the web chat's channel over the record, the photos and the
// live hints.
func (s *nagorik) webChat() (*web.Web, error) {
	key, err := secretKey(s.config)
	if err != nil {
		return nil, err
	}
	at := func(address string) handoff.Key { return handoff.Key{Channel: web.Name, Address: address} }
	return web.New(web.Options{
		PublicURL: s.config.PublicURL.String(), Key: key, Remote: api.Remote(s.config.TrustedProxies), Done: s.done,
		Keep:    s.keepPhoto,
		Refused: refusedPhoto,
		Open:    s.openPhoto,
		History: func(ctx context.Context, address, after string, limit int) ([]web.Line, error) {
			said, err := s.records.desk.History(ctx, at(address), after, limit)
			return lines(said), err
		},
		Publish: func(ctx context.Context, address string) error {
			// The line is on record, and pages of this process hear of it in any
			// case. Those of others look for themselves when Redis is back.
			if err := s.bot.Live().Publish(ctx, bot.Hint{Event: bot.HintMessage, Channel: web.Name, Address: address}); err != nil {
				s.log.Debug("a hint was not published", "error", err)
			}
			return nil
		},
		Subscribe: func(address string) (<-chan struct{}, func()) { return s.bot.Live().Listen(at(address)) },
	})
}

// keepPhoto keeps an uploaded photo, and says under which sum and where it was
// taken.
func (s *nagorik) keepPhoto(_ context.Context, photo []byte) (bot.Media, error) {
	kept, err := s.photos.Keep(bytes.NewReader(photo))
	return bot.MediaOf(kept), err
}

// openPhoto opens a copy of a photo for the web chat.
func (s *nagorik) openPhoto(sha256 string, thumb bool) (io.ReadSeekCloser, string, time.Time, error) {
	size := photos.View
	if thumb {
		size = photos.Thumb
	}
	return s.photos.Open(sha256, size)
}

// refusedPhoto says whether an upload is no photo that can be kept, and why.
func refusedPhoto(err error) (code string, refused bool) {
	switch {
	case errors.Is(err, photos.ErrTooBig), errors.Is(err, photos.ErrTooManyPixels):
		return "photo_too_big", true
	case photos.Refused(err):
		return "photo_unreadable", true
	default:
		return "", false
	}
}

// lines turns what was said into what the page shows.
func lines(said []handoff.Said) []web.Line {
	list := make([]web.Line, len(said))
	for i := range said {
		m := &said[i]
		var detail struct {
			bot.ReplyDetail
			Lat *float64 `json:"lat"`
			Lon *float64 `json:"lon"`
		}
		if len(m.Detail) > 0 {
			_ = json.Unmarshal(m.Detail, &detail) // our own record; what cannot be read is shown as plain text
		}
		line := web.Line{
			ID: m.ID.String(), Seq: m.Cursor, ProviderID: m.ProviderID, Direction: m.Direction, Author: m.Author, AgentName: m.AgentName,
			Text: m.Text, Choices: detail.Choices, Wants: detail.Wants, At: m.At, Kind: m.Kind,
		}
		if detail.Lat != nil && detail.Lon != nil {
			line.Location = &bot.Location{Lat: *detail.Lat, Lon: *detail.Lon}
		}
		for _, p := range m.Photos {
			line.Photos = append(line.Photos, web.KeptPhoto{SHA256: p.SHA256, Width: p.Width, Height: p.Height})
		}
		list[i] = line
	}
	return list
}

// city is the city's name, as the flows write it.
func (s *nagorik) city(lang string) string { return s.catalogs.Current().City(lang) }

// stand is where the person at an address of the web chat stands.
func (s *nagorik) stand(ctx context.Context, address string) (handoff.Stand, error) {
	return s.records.desk.Stand(ctx, handoff.Key{Channel: web.Name, Address: address})
}

// teams are the offices that the flows name.
func (s *nagorik) teams(lang string) []api.Team {
	catalog := s.catalogs.Current()
	ids := catalog.Teams()
	teams := make([]api.Team, len(ids))
	for i, id := range ids {
		teams[i] = api.Team{ID: id, Name: catalog.Team(id, lang)}
	}
	return teams
}

// track is what anybody may know of a case: service, status and date.
func (s *nagorik) track(ctx context.Context, number int64, lang string) (public.Tracked, bool, error) {
	c, err := s.records.desk.TrackCase(ctx, number)
	if errors.Is(err, handoff.ErrNotFound) {
		return public.Tracked{}, false, nil
	}
	if err != nil {
		return public.Tracked{}, false, err
	}
	catalog := s.catalogs.Current()
	service := c.Flow
	if f, ok := catalog.Flow(c.Flow); ok {
		service = f.Title[lang]
	}
	return public.Tracked{Service: strings.TrimSpace(service), Status: catalog.Status(string(c.Status), lang), UpdatedAt: c.UpdatedAt}, true, nil
}
