package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// contactView is the whole record of somebody.
type contactView struct {
	page
	Photos     []photoThumb // of the newest cases
	Contact    handoff.Contact
	Path       string
	Call       template.URL
	Identities []identityLine
	Told       []toldLine
	Talks      []talkLine
	Lines      []caseLine
	Bulk       *bulk // nil: nothing is chosen here
	Notes      []noteLine
	Staff      []dealingLine
	Note       field
	Link       linking
	Privacy    bool // the viewer may export and erase
	Erase      field
}

// identityLine is an address of somebody.
type identityLine struct {
	Channel string
	Text    string
	Muted   bool
}

// toldLine is an answer that is not asked for again.
type toldLine struct {
	fact
	At time.Time
}

// talkLine is a conversation in a record.
type talkLine struct {
	handoff.Conversation
	Path    string
	Channel string
	About   string
	With    string
	Dealt   []handoff.Dealing
	State   pill
	Score   string // how satisfied the citizen was; empty: no answer
}

// noteLine is a note about somebody.
type noteLine struct {
	handoff.Note
	Path string // of the case it is about
}

// dealingLine is one of the staff who dealt with somebody.
type dealingLine struct {
	handoff.Dealing
	Count string
}

func (s *Server) showContactPage(c echo.Context) error {
	return s.showContactAs(c, http.StatusOK, linkFault{}, func(*contactView) {})
}

// showContactAs shows a record, with what change puts back into its forms, or
// what was typed to link a telephone. Somebody who has become one with another
// is shown as who goes on.
func (s *Server) showContactAs(c echo.Context, status int, back linkFault, change func(*contactView)) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	record, err := s.opt.Desk.Contact(c.Request().Context(), viewer(c), id)
	if errors.Is(err, handoff.ErrNotFound) {
		if kept, known := s.opt.Desk.MergedInto(c.Request().Context(), viewer(c), id); known == nil {
			return c.Redirect(http.StatusSeeOther, contactPath(kept))
		}
	}
	if err != nil {
		return err
	}
	v := contactView{page: s.page(c, "contact_title"), Contact: record.Contact, Path: contactsPath + "/" + id.String(), Call: telLink(record.Phone)}
	v.Title = cmp.Or(record.Name, v.Words["no_name"])
	v.Privacy = allows(v.Agent.Role, ContactPrivacy) && record.ErasedAt == nil
	v.Note = field{Name: "text", Label: v.Words["do_note_note"], Rows: 3, Required: true, Most: maxNote}
	for _, i := range record.Identities {
		v.Identities = append(v.Identities, v.identityLine(i))
	}
	for _, t := range record.Remembered {
		v.Told = append(v.Told, toldLine{s.toldFact(v.page, t), t.At})
	}
	for _, t := range record.Conversations {
		line := s.talkLine(v.page, t)
		line.Dealt = record.DealtWith[t.ID]
		v.Talks = append(v.Talks, line)
	}
	var taken []handoff.Photo
	for _, k := range record.Cases {
		v.Lines = append(v.Lines, s.caseLine(v.page, k))
		taken = append(taken, k.Photos...)
	}
	v.Photos = s.photoThumbs(v.page, taken[:min(len(taken), mostThumbs)])
	for _, n := range record.Notes {
		line := noteLine{Note: n}
		if n.Case != 0 {
			line.Path = casesPath + "/" + strconv.FormatInt(n.Case, 10)
		}
		v.Notes = append(v.Notes, line)
	}
	for _, d := range record.Staff {
		v.Staff = append(v.Staff, dealingLine{d, v.Say(plural("times", d.Times), "n", v.Number(d.Times))})
	}
	if v.Link, err = s.linking(c, v.page, &record, back); err != nil {
		return err
	}
	v.Erase = v.eraseField()
	change(&v)
	return s.show(c, status, "contact.html", v)
}

// mostThumbs is how many photos a person's page shows.
const mostThumbs = 60

// plural is the key of a word for one or for several.
func plural(key string, n int) string {
	if n == 1 {
		return key + "_one"
	}
	return key + "_many"
}

// identityLine is an address in words: telephone numbers as they are, for
// others the name that the provider gave.
func (p page) identityLine(i handoff.Identity) identityLine {
	l := identityLine{Channel: p.channelName(i.Channel), Text: i.Name, Muted: i.Muted}
	if strings.HasPrefix(i.Address, "+") {
		l.Text = p.Phone(i.Address)
	}
	return l
}

// toldFact is a remembered answer, as the first service that keeps it calls it.
func (s *Server) toldFact(p page, t handoff.Told) fact {
	var v flows.Value
	if json.Unmarshal(t.Value, &v) != nil {
		return fact{Name: t.Slot} // our own record; the slot is worth showing still
	}
	outline := flows.SlotOutline{Name: t.Slot, Type: flows.SlotType(t.Type)}
	if c := s.catalog(); c != nil {
		for _, f := range c.Flows() {
			for _, slot := range f.Slots {
				if slot.Remember && slot.Name == t.Slot {
					return p.factOf(slot, v)
				}
			}
		}
	}
	return p.factOf(outline, v)
}

func (s *Server) talkLine(p page, t handoff.Conversation) talkLine {
	l := talkLine{Conversation: t, Path: s.linkTo(p, "/console/conversations/:id", t.ID.String()), Channel: p.channelName(t.Channel)}
	if t.Flow != "" {
		l.About = s.serviceName(p.Lang, t.Flow)
	}
	switch {
	case t.ClosedAt != nil:
		l.State = pill{"", p.Words["talk_over"]}
	case t.Owner == flows.OwnerQueue:
		l.State = pill{"warn", p.Words["talk_waits"]}
	case t.Owner == flows.OwnerAgent:
		l.State = pill{"good", p.Words["talk_agent"]}
	default:
		l.State = pill{"info", p.Words["talk_bot"]}
	}
	if t.Agent != nil {
		l.With = t.Agent.Name
	} else if t.Team != "" {
		l.With = s.teamName(p.Lang, t.Team)
	}
	if t.Rating > 0 {
		l.Score = p.Say("rating_of", "n", p.Number(t.Rating))
	}
	return l
}

// noteContact keeps a note about somebody and comes back to the record.
func (s *Server) noteContact(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	err = s.opt.Desk.NoteContact(c.Request().Context(), viewer(c), id, form.Get("text"))
	var wrong *handoff.FieldError
	if errors.As(err, &wrong) {
		d := deed{Fields: []field{{Name: "text", Value: form.Get("text")}}}
		p := s.page(c, "contact_title")
		d.blame(p, wrong, "")
		return s.showContactAs(c, http.StatusUnprocessableEntity, linkFault{}, func(v *contactView) {
			v.Note.Value, v.Note.Fault = form.Get("text"), d.Fields[0].Fault
		})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, contactPath(id)+"?done=case_note")
}

func contactPath(id uuid.UUID) string { return contactsPath + "/" + id.String() }

// LanguageName is a language in its own words.
func (p page) LanguageName(code string) string { return cmp.Or(p.Words["language_"+code], code) }
