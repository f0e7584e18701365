package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// contactsPath is where staff find people.
const contactsPath = "/console/contacts"

// contactsView is a search for people.
type contactsView struct {
	page
	Query field
	Case  *caseLine // whose number was typed, beside people found by it
	Lines []contactLine
	Empty empty
	Pager pager
}

// contactLine is somebody in a list.
type contactLine struct {
	Path     string
	Name     string
	Phone    string
	Email    string
	Ward     int
	Channels string
	Last     *time.Time
}

func (s *Server) contactLine(p page, k handoff.Contact) contactLine {
	l := contactLine{Path: contactsPath + "/" + k.ID.String(), Name: k.Name, Phone: p.Phone(k.Phone), Email: k.Email, Ward: k.Ward, Last: k.LastAt}
	if l.Name == "" {
		l.Name = p.Words["no_name"]
	}
	var channels []string
	for _, i := range k.Identities {
		name := p.channelName(i.Channel)
		if !strings.Contains(strings.Join(channels, ", "), name) {
			channels = append(channels, name)
		}
	}
	l.Channels = strings.Join(channels, ", ")
	return l
}

func (s *Server) listContactsPage(c echo.Context) error {
	ctx := c.Request().Context()
	v := contactsView{page: s.page(c, "contacts_title")}
	q := strings.TrimSpace(c.QueryParam("q"))
	v.Query = field{Name: "q", Label: v.Words["contacts_search"], Value: q, Type: "search", Hint: v.Words["contacts_hint"], Complete: "off", Most: maxSearch}
	v.Finder = ""
	list, err := s.opt.Desk.Contacts(ctx, viewer(c), handoff.ContactFilter{PageOf: handoff.PageOf{Cursor: c.QueryParam("next")}, Query: q})
	if err != nil {
		return err
	}
	found, err := s.caseCalled(c, q)
	if err != nil {
		return err
	}
	if found != nil {
		if onlyContact(list, *found) {
			return c.Redirect(http.StatusSeeOther, casesPath+"/"+strconv.FormatInt(found.Number, 10))
		}
		line := s.caseLine(v.page, *found)
		v.Case = &line
	}
	for _, k := range list.Items {
		v.Lines = append(v.Lines, s.contactLine(v.page, k))
	}
	if c.QueryParam("straight") != "" && q != "" && found == nil && len(list.Items) == 1 && list.Next == "" {
		return c.Redirect(http.StatusSeeOther, v.Lines[0].Path)
	}
	v.Pager = v.pager(c, list.Next)
	v.Empty = s.empty(v.page, "contacts_empty", "contacts_empty_text")
	return s.show(c, http.StatusOK, "contacts.html", v)
}

// maxSearch is how long a search may be, in characters.
const maxSearch = 200

// caseCalled is the case whose number was typed, if the viewer may see it.
func (s *Server) caseCalled(c echo.Context, q string) (*handoff.Case, error) {
	digits := strings.TrimLeft(strings.TrimSpace(bangla.Digits(q)), "#")
	number, _ := strconv.ParseInt(digits, 10, 64) // 0 when it is none
	if number < 1 || strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "+") {
		return nil, nil //nolint:nilnil // no number of a case is not a fault
	}
	k, err := s.opt.Desk.Case(c.Request().Context(), viewer(c), number)
	if errors.Is(err, handoff.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	return &k, err
}

// onlyContact reports that a number found nobody but the one who filed the
// case.
func onlyContact(list handoff.Page[handoff.Contact], k handoff.Case) bool {
	for _, found := range list.Items {
		if found.ID != k.Contact.ID {
			return false
		}
	}
	return true
}
