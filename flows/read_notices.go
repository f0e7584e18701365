package flows

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// maxTemplateName bounds the name of a Messenger template, in bytes.
const maxTemplateName = 512

// draftNotices is what is said unasked, as it was written.
type draftNotices struct {
	position
	order, also []Way
	events      []*draftNotice
}

type draftNotice struct {
	name     word
	text     draftText
	subject  draftText
	template string
	flows    []*draftNotice // in other words for some services
	fixed    *draftFixed    // of "resolved"; nil: it does not ask
}

// draftFixed is the question whether a case is fixed, as it was written.
type draftFixed struct {
	ask, yes, no, thanks, otherwise draftText
	flow                            word
}

// notices reads
//
//	notices:
//	  order: [messenger, template, sms, mail]   the first that works
//	  also: [mail]                              and this as well
//	  events:
//	    resolved:
//	      text: {bn: …, en: …, sms: {bn: …, en: …}}
//	      subject: {bn: …, en: …}               of the mail
//	      template: case_resolved               Messenger's approved utility template
//	      flows: {suggestion: {text: …}}        other words for a service
//	      fixed: {ask: …, yes: …, no: …, thanks: …, flow: not_fixed, otherwise: …}   of resolved alone
func (r *reader) notices(d *draft, m member) {
	if !r.once(m, d.notices.line > 0) {
		return
	}
	d.notices.position = m.key.position
	f := r.fields(m.value, "notices", "order", "also", "events")
	if n := f["order"]; n != nil {
		d.notices.order = r.ways(n, "order")
	}
	if n := f["also"]; n != nil {
		d.notices.also = r.ways(n, "also")
	}
	n := f["events"]
	if n == nil {
		if f != nil {
			r.fail(m.key.position, "notices need events")
		}
		return
	}
	for _, e := range r.members(n, "events") {
		if !slices.Contains(noticeEvents, e.key.text) {
			r.fail(e.key.position, "there is no notice about %q%s", e.key.text, suggest(e.key.text, noticeEvents))
			continue
		}
		d.notices.events = append(d.notices.events, r.notice(e, true))
	}
}

// notice reads the words about one event, or about it in one service.
func (r *reader) notice(m member, whole bool) *draftNotice {
	known := []string{"text", "subject", "template"}
	if whole {
		known = append(known, "flows")
	}
	if whole && m.key.text == string(NoticeResolved) {
		known = append(known, "fixed")
	}
	f := r.fields(m.value, "a notice", known...)
	d := &draftNotice{name: m.key}
	if n := f["text"]; n != nil {
		d.text = r.text(n, "text")
	} else if f != nil {
		r.fail(m.key.position, "the notice %q needs a text", m.key.text)
	}
	if n := f["subject"]; n != nil {
		d.subject = r.text(n, "subject")
	}
	if n := f["template"]; n != nil {
		w := r.word(n, "template")
		if d.template = w.text; len(w.text) > maxTemplateName {
			r.fail(w.position, "the name of a template has at most %d letters", maxTemplateName)
		}
	}
	if n := f["fixed"]; n != nil {
		d.fixed = r.fixed(n, m.key.position)
	}
	if n := f["flows"]; n != nil {
		for _, own := range r.members(n, "flows") {
			d.flows = append(d.flows, r.notice(own, false))
		}
	}
	return d
}

// fixed reads the question whether a case is fixed.
func (r *reader) fixed(n *yaml.Node, at position) *draftFixed {
	names := []string{"ask", "yes", "no", "thanks", "otherwise"}
	f := r.fields(n, "fixed", append(names, "flow")...)
	if f == nil {
		return nil
	}
	d := &draftFixed{}
	for i, x := range []*draftText{&d.ask, &d.yes, &d.no, &d.thanks, &d.otherwise} {
		if f[names[i]] == nil {
			r.fail(at, "“fixed” needs %s", names[i])
			return nil
		}
		*x = r.text(f[names[i]], names[i])
	}
	if f["flow"] == nil {
		r.fail(at, "“fixed” needs the flow in which a case is opened again")
		return nil
	}
	d.flow = r.word(f["flow"], "flow")
	return d
}

// ways reads a list of ways, each once.
func (r *reader) ways(n *yaml.Node, what string) (list []Way) {
	for _, w := range r.words(n, what) {
		switch way := Way(w.text); {
		case w.text == "":
		case !slices.Contains(noticeWays, way):
			r.fail(w.position, "a notice cannot go by %q: write messenger, template, web, sms or mail", w.text)
		case slices.Contains(list, way):
			r.fail(w.position, "%q is there already", w.text)
		default:
			list = append(list, way)
		}
	}
	return list
}
