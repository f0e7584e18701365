package flows

import (
	"strconv"
	"strings"
	"time"
)

// NoticeEvent is something about a case that its citizen is told unasked.
type NoticeEvent string

// The events of a case that a catalogue may have a notice for.
const (
	NoticeAssigned NoticeEvent = "assigned"
	NoticeStarted  NoticeEvent = "started"
	NoticeDelayed  NoticeEvent = "delayed"    // it is past its due time
	NoticeWaiting  NoticeEvent = "needs_more" // work waits for the citizen
	NoticeResolved NoticeEvent = "resolved"
	NoticeReopened NoticeEvent = "reopened"
	NoticeAnswered NoticeEvent = "answered" // a question or suggestion has its answer
	NoticeRejected NoticeEvent = "rejected"
	NoticeReferred NoticeEvent = "referred"
)

var noticeEvents = []string{
	string(NoticeAssigned), string(NoticeStarted), string(NoticeDelayed), string(NoticeWaiting),
	string(NoticeResolved), string(NoticeReopened), string(NoticeAnswered), string(NoticeRejected), string(NoticeReferred),
}

// Way is how a notice can reach a person.
type Way string

// The ways of a notice.
const (
	WayMessenger Way = "messenger" // while Messenger's window is open
	WayTemplate  Way = "template"  // an approved utility message, when it has closed
	WayWeb       Way = "web"       // the web chat, to be read at the next visit
	WaySMS       Way = "sms"
	WayMail      Way = "mail"
)

// noticeWays are all ways in their usual order.
var noticeWays = []Way{WayMessenger, WayTemplate, WaySMS, WayMail, WayWeb}

// noticeFills are what the text of a notice may mention.
var noticeFills = []string{"id", "service", "status", "date", "dept", "note"}

// Notices is what a catalogue says unasked about cases.
type Notices struct {
	order  []Way
	also   []Way
	events map[NoticeEvent]*noticeText
	fixed  *fixed
}

// noticeText is the words of a notice: for everybody, or of one service.
type noticeText struct {
	text     *text
	subject  *text
	template string
	flows    map[string]*noticeText
}

// NoticeWays are the ways to try one after the other until one has worked, and
// those that are taken beside them.
func (c *Catalog) NoticeWays() (order, also []Way) { return c.notices.order, c.notices.also }

// NoticeFacts are what a notice is about.
type NoticeFacts struct {
	Event  NoticeEvent
	Flow   string
	Number int64
	Status string
	Team   string
	Note   string    // what the staff have written to the citizen; may be empty
	At     time.Time // when it happened
	// Answerable says that it is told in the person's own conversation, where
	// what they say next can be its answer.
	Answerable bool
}

// Notice is a notice in words.
type Notice struct {
	Text     string
	Subject  string   // of a mail
	Template string   // name of Messenger's approved template; empty for none
	Lang     string   // the language it is in
	Values   []string // what the template's parameters are filled with: number, service, status, note
	Choices  []Choice // buttons under it
	Asks     bool     // it asks whether the case is fixed: see Session.AskFixed
}

// Notice words a notice in a language, as a face shows it. It is false where
// the catalogue has none for the event: then nobody is told.
func (c *Catalog) Notice(f NoticeFacts, lang string, face Face) (Notice, bool) {
	n := c.notices.events[f.Event]
	if n == nil {
		return Notice{}, false
	}
	if own := n.flows[f.Flow]; own != nil {
		n = own
	}
	i := c.lang(lang)
	vars := map[string]string{
		"id": strconv.FormatInt(f.Number, 10), "service": c.titleOf(f.Flow, i), "status": c.Status(f.Status, c.codes[i]),
		"date": c.date(f.At, i), "dept": c.Team(f.Team, c.codes[i]), "note": f.Note,
	}
	said := Notice{Text: tidied(c.say(n.text, i, face, vars)), Template: n.template, Lang: c.codes[i]}
	if n.subject != nil {
		said.Subject = c.say(n.subject, i, Face{}, vars)
	}
	c.askFixed(&said, f, i, face)
	said.Values = []string{vars["id"], vars["service"], vars["status"], vars["note"]}
	return said, true
}

// titleOf is what a service is called; its id where this catalogue lacks it.
func (c *Catalog) titleOf(flow string, lang int) string {
	if i, ok := c.byFlow[flow]; ok {
		return c.flows[i].title[lang]
	}
	return flow
}

// tidied drops the line that an empty note leaves behind.
func tidied(s string) string {
	lines := strings.Split(s, "\n")
	kept := lines[:0]
	for _, l := range lines {
		if l = strings.TrimRight(l, " "); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// compileNotices resolves the notices of the draft.
func (k *compiler) compileNotices() {
	d := &k.d.notices
	n := Notices{order: d.order, also: d.also, events: make(map[NoticeEvent]*noticeText, len(d.events))}
	if len(n.order) == 0 {
		n.order = noticeWays
	}
	for _, e := range d.events {
		if _, twice := n.events[NoticeEvent(e.name.text)]; twice {
			k.fail(e.name.position, "the notice %q is there already", e.name.text)
			continue
		}
		t := k.noticeText(e)
		t.flows = make(map[string]*noticeText, len(e.flows))
		for _, own := range e.flows {
			if _, known := k.c.byFlow[own.name.text]; !known {
				k.fail(own.name.position, "there is no service %q%s", own.name.text, suggest(own.name.text, keys(k.c.byFlow)))
				continue
			}
			t.flows[own.name.text] = k.noticeText(own)
		}
		n.events[NoticeEvent(e.name.text)] = t
		if e.fixed != nil {
			n.fixed = k.compileFixed(e.fixed)
		}
	}
	k.c.notices = n
}

func (k *compiler) noticeText(d *draftNotice) *noticeText {
	what := "the notice " + d.name.text
	t := &noticeText{text: k.text(d.text, scope{fills: noticeFills, what: what}, true), template: d.template}
	if d.subject.given {
		t.subject = k.text(d.subject, scope{fills: noticeFills, what: "the subject of " + what}, false)
	}
	return t
}
