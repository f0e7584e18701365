package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"nagorik/bot/trial"
	"nagorik/flows"
	"nagorik/handoff"
)

// tryPath is where a supervisor talks to a draft.
const tryPath = draftPath + "/try"

// tryRoutes let a draft be tried. Nothing of it is kept: the page carries what
// was said, and each answer goes through it anew, over the draft as it is then.
func tryRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: tryPath, Needs: FlowEdit, handle: (*Server).showTrial, Summary: "Talk to the draft as a citizen would", Type: html},
		{Method: http.MethodPost, Path: tryPath, Needs: FlowEdit, handle: (*Server).tryDraft, Summary: "Say something to the draft; nothing is kept", Type: html},
	}
}

// maxSound is how many catalogues are kept to be tried again: several
// supervisors may write at once.
const maxSound = 4

// soundDrafts keeps the catalogues that were tried last, so that each answer
// need not learn the examples again.
type soundDrafts struct {
	mu   sync.Mutex
	list []soundDraft // the last used one first
}

type soundDraft struct {
	files   []handoff.CatalogFile
	catalog *flows.Catalog
}

// sound compiles a draft, unless it is the same as a moment ago; nil when it
// has faults.
func (s *Server) sound(files []handoff.CatalogFile) (*flows.Catalog, error) {
	k := &s.drafts
	k.mu.Lock()
	defer k.mu.Unlock()
	at := slices.IndexFunc(k.list, func(d soundDraft) bool { return slices.Equal(d.files, files) })
	if at < 0 {
		catalog, _, err := s.compile(files)
		if err != nil || catalog == nil {
			return nil, err
		}
		k.list = append([]soundDraft{{files, catalog}}, k.list[:min(len(k.list), maxSound-1)]...)
		return catalog, nil
	}
	found := k.list[at]
	k.list = slices.Insert(slices.Delete(k.list, at, at+1), 0, found)
	return found.catalog, nil
}

// showTrial begins a trial of what is kept.
func (s *Server) showTrial(c echo.Context) error {
	draft, _, _, err := s.working(c)
	if err != nil {
		return err
	}
	return s.trialPage(c, draft, trial.Script{Channel: trial.Messenger().Name, Flow: c.QueryParam("flow")}, "")
}

// tryDraft adds what was said to what was said before.
func (s *Server) tryDraft(c echo.Context) error {
	form, err := formUpTo(c, maxFlowsForm)
	if err != nil {
		return err
	}
	draft, err := s.tried(c, form)
	if err != nil {
		return err
	}
	var script trial.Script
	if text := form.Get("script"); text != "" {
		if err := json.Unmarshal([]byte(text), &script); err != nil {
			return badField("script", "is not what the page holds")
		}
	}
	fault := s.say(&script, form)
	if err := script.Check(); err != nil {
		if len(script.Lines) == 0 {
			return badField("script", "%v", err)
		}
		script.Lines, fault = script.Lines[:len(script.Lines)-1], "try_too_much"
		if err := script.Check(); err != nil {
			return badField("script", "%v", err)
		}
	}
	return s.trialPage(c, draft, script, fault)
}

// tried is the draft with the text that is being written, when the form brings
// it along.
func (s *Server) tried(c echo.Context, form url.Values) (handoff.CatalogDraft, error) {
	if !form.Has("text") {
		draft, _, _, err := s.working(c)
		return draft, err
	}
	draft, _, err := s.writtenIn(c, form)
	return draft, err
}

// say takes what a form says into a script; fault is the key of what is wrong
// with it.
func (s *Server) say(script *trial.Script, form url.Values) (fault string) {
	add := func(l trial.Line) { script.Lines = append(script.Lines, l) }
	switch do := form.Get("do"); {
	case form.Has("tap"):
		payload, title, _ := strings.Cut(form.Get("tap"), "|")
		add(trial.Line{Kind: flows.InputChoice, Payload: payload, Text: title})
	case do == "say":
		text := strings.TrimSpace(strings.ReplaceAll(form.Get("say"), "\r\n", "\n"))
		if text == "" {
			return "try_say_missing"
		}
		add(trial.Line{Kind: flows.InputText, Text: text})
	case do == "photo":
		add(trial.Line{Kind: flows.InputPhotos, Photos: 1})
	case do == "pin":
		lat, lon, ok := pinOf(form.Get("pin"))
		if !ok {
			return "try_pin_bad"
		}
		add(trial.Line{Kind: flows.InputLocation, Lat: lat, Lon: lon})
	case do == "wait":
		add(trial.Line{Kind: flows.InputRemind})
	case do == "undo":
		script.Lines = script.Lines[:max(len(script.Lines)-1, 0)]
	case do == "begin":
		script.Lines, script.Begun = nil, 0
		s.beginAt(script, form)
	default: // the same conversation as another channel shows it
		s.beginAt(script, form)
	}
	return ""
}

// beginAt takes from a form how and where a trial begins.
func (s *Server) beginAt(script *trial.Script, form url.Values) {
	script.Channel, script.Lang = form.Get("channel"), form.Get("language")
	if flow := form.Get("from"); flow != script.Flow {
		script.Flow, script.State, script.Answers = flow, "", nil
		return
	}
	script.State, script.Answers = form.Get("at"), map[string]string{}
	for key, list := range form {
		if slot, ok := strings.CutPrefix(key, "answer."); ok && strings.TrimSpace(list[0]) != "" {
			script.Answers[slot] = list[0]
		}
	}
}

// pinOf reads degrees of latitude and longitude.
func pinOf(text string) (lat, lon float64, ok bool) {
	n, err := fmt.Sscan(strings.ReplaceAll(text, ",", " "), &lat, &lon)
	return lat, lon, err == nil && n == 2 && math.Abs(lat) <= 90 && math.Abs(lon) <= 180
}

// trialPage goes through a script and shows how it went: the whole page, or
// for the editor only its part.
func (s *Server) trialPage(c echo.Context, draft handoff.CatalogDraft, script trial.Script, fault string) error {
	catalog, err := s.sound(draft.Files)
	if err != nil {
		return err
	}
	if script.Begun == 0 {
		script.Begun = s.now().Unix()
	}
	v := trialView{page: s.page(c, "try_title")}
	v.Alert = v.Words[fault]
	if catalog == nil {
		v.Alert = v.Words["try_faults"]
		err = v.keep(script)
	} else {
		err = s.goThrough(c.Request().Context(), &v, catalog, script)
	}
	if err != nil {
		return err
	}
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "trial", v)
	}
	return s.show(c, http.StatusOK, "flowtry.html", v)
}

// goThrough plays a script. Where it begins may be gone from the draft, or an
// answer be none: then that is said, and it begins at the service.
func (s *Server) goThrough(ctx context.Context, v *trialView, catalog *flows.Catalog, script trial.Script) error {
	played, list, err := trial.Play(catalog, script)
	var bad *flows.AnswerError
	switch {
	case errors.As(err, &bad):
		v.Alert = v.Say("try_answer_bad", "slot", slotLabel(catalog, script.Flow, bad.Slot, v.Lang), "text", bad.Text)
	case errors.Is(err, flows.ErrPlace):
		v.Alert = v.Words["try_gone"]
		if _, ok := catalog.Flow(script.Flow); !ok {
			script.Flow = ""
		}
		script.State, script.Answers, script.Lines = "", nil, nil
		played, list, err = trial.Play(catalog, script)
	}
	if err != nil && bad == nil {
		return err
	}
	if err := v.keep(script); err != nil {
		return err
	}
	v.settings(s, catalog, script)
	if played == nil {
		return nil
	}
	prices, err := s.smsPrices(ctx)
	v.talk(catalog, played, list, prices)
	return err
}

// slotLabel is what a service calls one of its slots.
func slotLabel(catalog *flows.Catalog, flow, slot, lang string) string {
	f, _ := catalog.Flow(flow)
	for _, sl := range f.Slots {
		if sl.Name == slot {
			return inLanguage(sl.Label, lang, slot)
		}
	}
	return slot
}
