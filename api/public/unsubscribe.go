package public

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

const pageUnsubscribe = "unsubscribe.html"

// Letters is what mail people want: broadcasts.Store.
type Letters interface {
	// LetterTo reads what a broadcast's mail was about.
	LetterTo(ctx context.Context, recipient int64) (broadcasts.Letter, error)
	// SubscribeByMail notes whether mail about its topic is wanted.
	SubscribeByMail(ctx context.Context, recipient int64, wanted bool) (broadcasts.Letter, error)
}

// unsubscribeView is GET /unsubscribe/{token}.
type unsubscribeView struct {
	frame
	Topic string
	Left  bool
}

// showUnsubscribe asks whether mail about a topic is to end: programs that look
// into links of mail must not end it.
func (s *site) showUnsubscribe(c echo.Context) error {
	recipient, ok := s.letter(c)
	if !ok {
		return s.showNoLetter(c)
	}
	l, err := s.opt.Letters.LetterTo(c.Request().Context(), recipient)
	return s.answerUnsubscribe(c, l, err)
}

// unsubscribe ends mail about a topic: by the page's button, or by one click in
// a mail program (RFC 8058). "again" takes it up once more.
func (s *site) unsubscribe(c echo.Context) error {
	recipient, ok := s.letter(c)
	if !ok {
		return s.showNoLetter(c)
	}
	wanted := c.FormValue("again") == "1"
	l, err := s.opt.Letters.SubscribeByMail(c.Request().Context(), recipient, wanted)
	if err == nil && c.FormValue("List-Unsubscribe") == "" {
		return c.Redirect(http.StatusSeeOther, c.Request().URL.Path)
	}
	return s.answerUnsubscribe(c, l, err)
}

// letter reads whom a link is for, at the pace of a visitor.
func (s *site) letter(c echo.Context) (recipient int64, ok bool) {
	if s.opt.Letters == nil || s.opt.ReadLink == nil || !s.visits.Allow(web.Network(remote(c)), s.opt.Now()) {
		return 0, false
	}
	return s.opt.ReadLink(c.Param("token"))
}

func (s *site) answerUnsubscribe(c echo.Context, l broadcasts.Letter, err error) error {
	switch {
	case errors.Is(err, handoff.ErrNotFound):
		return s.showNoLetter(c)
	case err != nil:
		return fmt.Errorf("public page: leave a topic: %w", err)
	}
	lang := s.language(c)
	title, _ := s.opt.Catalogs.Current().Topic(l.Topic, lang)
	v := unsubscribeView{frame: s.frame(c, lang, s.words[lang].Text["mail_title"]), Topic: title, Left: l.Left}
	v.Path = c.Request().URL.Path
	v.Text = filled(v.Text, "{topic}", title)
	return s.send(c, http.StatusOK, lang, pageUnsubscribe, v)
}

func (s *site) showNoLetter(c echo.Context) error {
	lang := s.language(c)
	v := unsubscribeView{frame: s.frame(c, lang, s.words[lang].Text["mail_unknown"])}
	v.Path = linkBroken
	return s.send(c, http.StatusNotFound, lang, pageUnsubscribe, v)
}

// linkBroken is where the page of a link that is none of ours is shown in
// another language.
const linkBroken = broadcasts.LinkPath + "unknown"

// filled are texts with a word put in.
func filled(texts map[string]string, name, word string) map[string]string {
	copied := make(map[string]string, len(texts))
	for key, text := range texts {
		copied[key] = strings.ReplaceAll(text, name, word)
	}
	return copied
}
