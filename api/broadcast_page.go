package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// broadcastView is a broadcast: what is left to do before it goes out, how far
// it is, or what became of it.
type broadcastView struct {
	page
	Path     string
	Pill     pill
	Draft    bool
	Facts    []fact
	Alert    string
	Preview  *preview
	Plan     *planView
	Send     *sendView
	Progress *progressView
	Results  *resultsView
	Try      *tryView
	Tests    []testLine
	Deeds    []broadcastDeed
	Urgent   *urgentView
	Copy     string // empty: it is a draft itself
}

// broadcastDeed is something that can be done with a broadcast; with Sure it
// is asked for once more.
type broadcastDeed struct {
	Path, Name, Sure string
	Danger           bool
}

// sendView is the form that sends a draft.
type sendView struct {
	At     field
	Quiet  string // what the quiet hours mean now
	Urgent *urgentView
}

// urgentView is the form by which one goes out in quiet hours.
type urgentView struct {
	Open   bool
	Reason field
	Sure   field
	Wanted field // to tick, where it is a part of another form
	Fault  string
}

// tryView is the form of a test; testLine one that was sent.
type tryView struct {
	Open                 bool
	Way, Language, Phone field
	Fault                string
}

type testLine struct {
	What, By, Why string
	Pill          pill
	At            time.Time
}

// typedSend is what was written into the forms of a broadcast's page.
type typedSend struct {
	form  url.Values
	fault *handoff.FieldError
	key   string // of what is wrong, instead of a fault
}

// wrong is what is wrong with a field, in words.
func (t typedSend) wrong(p page, field string) string {
	if t.fault == nil || t.fault.Field != field {
		return ""
	}
	return p.Words[cmp.Or(t.key, "fault_broadcast_"+field)]
}

func (s *Server) showBroadcastPage(c echo.Context) error {
	return s.broadcastPage(c, http.StatusOK, typedSend{})
}

func (s *Server) broadcastPage(c echo.Context, status int, t typedSend) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	v := broadcastView{page: s.page(c, "broadcasts_title"), Path: broadcastPath(b.ID), Draft: b.State == broadcasts.StateDraft}
	v.Title, v.Pill = b.Title, v.broadcastPill(b.State)
	v.Preview, v.Facts = s.preview(v.page, b.Draft), s.broadcastFacts(v.page, b)
	if status != http.StatusOK {
		v.Back = v.Path
	}
	if t.fault != nil && !slices.Contains([]string{"at", "reason", "sure", "phone", "way"}, t.fault.Field) {
		v.Alert = v.Words[cmp.Or(t.key, "fault_broadcast_other")]
	}
	v.deeds(b)
	if err := s.fillBroadcast(c.Request().Context(), &v, b, t); err != nil {
		return err
	}
	return s.show(c, status, "broadcast.html", v)
}

// fillBroadcast reads what belongs to the state of a broadcast.
func (s *Server) fillBroadcast(ctx context.Context, v *broadcastView, b broadcasts.Broadcast, t typedSend) error {
	if v.Draft || b.State == broadcasts.StateScheduled {
		plan, err := s.opt.Broadcaster.PlanBroadcast(ctx, b.ID)
		if err != nil {
			return err
		}
		v.Plan = v.plan(b.Draft, plan)
		if err := s.broadcastTests(ctx, v, b, t); err != nil {
			return err
		}
	}
	if v.Draft {
		v.Send = s.sendForm(v.page, b, t)
		return nil
	}
	v.Copy = v.Path + "/copy"
	if !b.State.Over() {
		v.Urgent = s.urgentForm(v.page, b, t)
		return s.progress(ctx, &v.Progress, v.page, b)
	}
	return s.results(ctx, v, b)
}

// broadcastFacts say what a broadcast is about and whom it is for.
func (s *Server) broadcastFacts(p page, b broadcasts.Broadcast) []fact {
	facts := []fact{
		{Name: p.Words["broadcast_topic"], Text: s.topicName(p, b.Topic)},
		{Name: p.Words["broadcast_audience"], Text: s.audienceText(p, b.Audience)},
		{Name: p.Words["broadcast_author"], Text: b.Author.Name + " · " + p.When(b.CreatedAt)},
	}
	for _, at := range []struct {
		key string
		at  time.Time
	}{{"broadcast_due", b.DueAt}, {"broadcast_begun", b.BegunAt}, {"broadcast_ended", b.EndedAt}} {
		if !at.at.IsZero() {
			facts = append(facts, fact{Name: p.Words[at.key], Text: p.When(at.at)})
		}
	}
	if b.Emergency != "" {
		facts = append(facts, fact{Name: p.Words["broadcast_emergency"], Text: b.Emergency})
	}
	return facts
}

// audienceText is an audience in words, a line for each part.
func (s *Server) audienceText(p page, a broadcasts.Audience) string {
	var lines []string
	line := func(key string, names []string) {
		if len(names) > 0 {
			lines = append(lines, p.Words[key]+": "+strings.Join(names, ", "))
		}
	}
	if len(a.Wards) > 0 {
		line("wards", []string{p.digits(wardText(a.Wards))})
	}
	line("broadcast_services", each(a.Services, func(id string) string { return s.serviceName(p.Lang, id) }))
	line("broadcast_followers", each(a.Followers, func(id string) string { return s.topicName(p, id) }))
	line("broadcast_languages", each(a.Languages, s.catalog().LanguageName))
	line("broadcast_channels", each(a.Channels, func(f broadcasts.Family) string { return p.Words["way_"+string(f)] }))
	if len(lines) == 0 {
		return p.Words["broadcast_everybody"]
	}
	return strings.Join(lines, "\n")
}

// deeds are what can be done with a broadcast as it stands.
func (v *broadcastView) deeds(b broadcasts.Broadcast) {
	add := func(path, key string, asks, danger bool) {
		d := broadcastDeed{Path: v.Path + "/" + path, Name: v.Words["broadcast_do_"+key], Danger: danger}
		if asks {
			d.Sure = v.Words["broadcast_sure_"+key]
		}
		v.Deeds = append(v.Deeds, d)
	}
	switch b.State {
	case broadcasts.StateDraft:
		add("cancel", "drop", true, true)
	case broadcasts.StateScheduled:
		add("take-back", "take_back", false, false)
		add("cancel", "cancel", true, true)
	case broadcasts.StateSending:
		add("pause", "pause", false, false)
		add("cancel", "cancel", true, true)
	case broadcasts.StatePaused:
		add("resume", "resume", false, false)
		add("cancel", "cancel", true, true)
	}
}

// atLayout is how a browser writes a date and a time.
const atLayout = "2006-01-02T15:04"

// sendForm is the form that sends a draft.
func (s *Server) sendForm(p page, b broadcasts.Broadcast, t typedSend) *sendView {
	at := p.now.In(handoff.Dhaka()).Add(time.Hour).Truncate(time.Hour).Format(atLayout)
	v := &sendView{At: field{Name: "at", Label: p.Words["broadcast_at"], Type: "datetime-local", Value: cmp.Or(t.form.Get("at"), at), Hint: p.Words["broadcast_at_hint"], Fault: t.wrong(p, "at")}}
	q := s.catalog().Quiet()
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, handoff.Dhaka())
	if q.From != q.To {
		v.Quiet = p.Say("broadcast_quiet", "from", p.Clock(begin.Add(q.From)), "to", p.Clock(begin.Add(q.To)))
	}
	if until, quiet := s.opt.Broadcaster.BroadcastsRest(); quiet {
		v.Quiet += " " + p.Say("broadcast_quiet_now", "time", p.later(until))
	}
	v.Urgent = p.urgent(b, t)
	v.Urgent.Wanted = field{Name: "urgent", Label: p.Words["broadcast_urgent"], Box: true, Value: "yes", Ticked: t.form.Get("urgent") != "" || t.form == nil && b.Emergency != ""}
	v.Urgent.Open = v.Urgent.Open || v.Urgent.Wanted.Ticked
	return v
}

// later is a time that comes: the time of day today, or the day with it.
func (p page) later(t time.Time) string {
	if dateOf(p.now.AddDate(0, 0, 1)) == dateOf(t) {
		return p.Say("tomorrow_at", "time", p.Clock(t))
	}
	return p.When(t)
}

func (p page) urgent(b broadcasts.Broadcast, t typedSend) *urgentView {
	v := &urgentView{
		Reason: field{Name: "reason", Label: p.Words["broadcast_reason"], Value: cmp.Or(t.form.Get("reason"), b.Emergency), Rows: 2, Most: broadcasts.MaxReason, Hint: p.Words["broadcast_reason_hint"], Fault: t.wrong(p, "reason")},
		Sure:   field{Name: "sure", Label: p.Words["broadcast_urgent_sure"], Box: true, Value: "yes", Ticked: t.form.Get("sure") != ""},
		Fault:  t.wrong(p, "sure"),
	}
	v.Open = v.Reason.Fault+v.Fault != ""
	return v
}

// urgentForm is the form by which one that is under way goes out in quiet
// hours; nil when nothing holds it.
func (s *Server) urgentForm(p page, b broadcasts.Broadcast, t typedSend) *urgentView {
	due := s.now()
	if b.State == broadcasts.StateScheduled && b.DueAt.After(due) {
		due = b.DueAt
	}
	if _, quiet := s.catalog().Quiet().Until(due); !quiet || b.Emergency != "" {
		return nil
	}
	return p.urgent(b, t)
}

// broadcastTests are the form of a test and what was sent before.
func (s *Server) broadcastTests(ctx context.Context, v *broadcastView, b broadcasts.Broadcast, t typedSend) error {
	list, err := s.opt.Broadcasts.Tests(ctx, b.ID)
	if err != nil {
		return err
	}
	colours := map[broadcasts.Status]string{broadcasts.StatusSent: "good", broadcasts.StatusFailed: "bad", broadcasts.StatusUnknown: "warn"}
	for _, one := range list {
		v.Tests = append(v.Tests, testLine{
			What: v.Words["way_"+string(one.Way)] + " · " + s.catalog().LanguageName(one.Language), By: one.By.Name, Why: v.why(one.Reason), At: one.At,
			Pill: pill{colours[one.Status], v.Words["broadcast_n_"+string(one.Status)]},
		})
	}
	try := &tryView{
		Way: field{Name: "way", Label: v.Words["broadcast_try_way"], Fault: t.wrong(v.page, "way")}, Language: field{Name: "speaks", Label: v.Words["broadcast_try_language"]},
		Phone: field{Name: "phone", Label: v.Words["broadcast_try_phone"], Value: t.form.Get("phone"), Type: "tel", Complete: "tel", Most: 20, Hint: v.Words["broadcast_try_phone_hint"], Fault: t.wrong(v.page, "phone")},
	}
	for _, way := range []flows.Way{flows.WaySMS, flows.WayMail} {
		if len(b.Words.Of(broadcasts.Family(way))) > 0 {
			try.Way.Options = append(try.Way.Options, option{string(way), v.Words["broadcast_try_"+string(way)], t.form.Get("way") == string(way)})
		}
	}
	for _, lang := range s.catalog().Languages() {
		try.Language.Options = append(try.Language.Options, option{lang, s.catalog().LanguageName(lang), t.form.Get("speaks") == lang})
	}
	if len(try.Way.Options) == 0 {
		return nil
	}
	try.Open = try.Phone.Fault+try.Way.Fault != ""
	v.Try = try
	return nil
}

// wrongField is the fault of a field that an error is about; nil for others.
func wrongField(err error) *handoff.FieldError {
	var fault *handoff.FieldError
	if errors.As(err, &fault) {
		return fault
	}
	return nil
}
