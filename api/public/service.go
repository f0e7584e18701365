package public

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/api/form"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/handoff"
)

// face is how a page with a form can show a dialogue: a pin needs a script.
func face() flows.Face { return form.Face(web.Name) }

// standing is where the person who opens a page stands.
type standing struct {
	handoff.Stand
	now    flows.Standing // in the page's language
	spoken string         // the question as the bot has said it
}

// serviceView is GET /services/{flow}: one question, or the way to it.
type serviceView struct {
	frame
	ID       string
	Line     string // whose the service is, and until when it is settled
	Said     []form.Line
	Given    []flows.Given
	Step     string // "question 3 of about 6"
	Asked    int
	All      int
	Form     *form.Form // the question that stands; nil where none of this service does
	Begin    bool
	Again    bool         // it was gone through before
	Filed    string       // the number of the case just opened, in the page's digits
	Number   int64        // the same as a number
	Open     *serviceLine // another service that waits for an answer
	Staff    bool         // people answer
	Waits    bool         // for people, and can go back to the bot
	Muted    bool
	Unheard  bool // what was answered last was not answered
	Payload  string
	CanLeave bool
}

// showService is GET /services/:flow.
func (s *site) showService(c echo.Context) error {
	lang, id := s.language(c), c.Param("flow")
	catalog := s.opt.Catalogs.Current()
	if _, ok := catalog.Flow(id); !ok {
		return s.unknownService(c, lang)
	}
	w := s.words[lang]
	about := w.service(catalog, id, lang)
	v := serviceView{frame: s.frame(c, lang, about.Title), ID: id, Line: about.Line, Payload: flows.MenuPayload(id)}
	st, fault := s.stand(c, s.opt.Chat.Visit(c.Response(), c.Request()), lang)
	if fault != "" {
		v.Fault = w.Faults[fault]
		return s.send(c, http.StatusOK, lang, pageService, v)
	}
	if st.Heard && st.Owner == flows.OwnerBot && !st.Muted {
		v.Switch = catalog.LanguageName(v.Other)
	}
	v.stand(w, &st)
	if open := st.now.Flow; open != id && v.Begin {
		v.Open = w.open(catalog, open, lang)
	}
	return s.send(c, http.StatusOK, lang, pageService, v)
}

// stand reads where a person stands; fault is the code of why that cannot be
// told.
func (s *site) stand(c echo.Context, address, lang string) (st standing, fault string) {
	if !s.visits.Allow(web.Network(remote(c)), s.opt.Now()) {
		return st, "slow_down"
	}
	ctx := c.Request().Context()
	found, err := s.opt.Stand(ctx, address)
	st.Stand = found
	var session flows.Session
	if err == nil {
		session, err = flows.DecodeSession(st.Session)
	}
	var catalog *flows.Catalog
	if err == nil {
		catalog, err = s.opt.Catalogs.Version(ctx, session.Catalog)
	}
	if err != nil {
		s.opt.Log.Error("public page: where a person stands", "err", err)
		return st, "trouble"
	}
	st.now = catalog.Standing(session, face(), lang)
	st.spoken = catalog.Standing(session, flows.Face{Name: web.Name, Buttons: true, Photos: true, Location: true}, "").Prompt.Text
	return st, ""
}

// stand lays out the page for where the person stands.
func (v *serviceView) stand(w *words, st *standing) {
	mine := st.now.Flow == v.ID || st.now.Resume == v.ID || st.now.Flow == "" && st.Flow == v.ID
	switch {
	case st.Owner == flows.OwnerQueue, st.Owner == flows.OwnerAgent:
		v.Staff, v.Waits = true, st.Owner == flows.OwnerQueue
		v.Said = form.Said(st.Replies, "")
		return
	case st.Muted:
		v.Muted = true
	case !mine:
		v.Begin = true
		return
	}
	v.Said = form.Said(st.Replies, st.spoken)
	v.Unheard = st.Heard && len(st.Replies) == 0 && !st.Muted
	if st.now.Flow == v.ID || st.now.Resume == v.ID {
		v.ask(w, st)
		return
	}
	v.Begin, v.Again = !st.Muted, true
	if st.now.Filed > 0 {
		v.Number, v.Filed = st.now.Filed, w.number(strconv.FormatInt(st.now.Filed, 10))
	}
}

// ask shows the question that stands.
func (v *serviceView) ask(w *words, st *standing) {
	if st.Muted {
		return
	}
	now := &st.now
	v.Form = form.Of(w.form(), now, len(v.Said) > 0)
	v.CanLeave = now.Flow == v.ID
	if now.Flow == "" {
		return
	}
	v.Given = now.Given
	v.Form.Question = form.Question(v.Form.Question, v.Given)
	v.Asked, v.All = now.Asked, now.Asked+now.Left
	v.Step = strings.NewReplacer("{n}", w.number(strconv.Itoa(v.Asked+1)), "{all}", w.number(strconv.Itoa(v.All))).Replace(w.Text["step"])
}
