package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// caseView is everything about a case, with what can be done to it.
type caseView struct {
	page
	Case         handoff.Case
	Line         caseLine
	Path         string
	Contact      string // their page; empty when there is none
	Conversation string
	Channel      string
	Map          string
	Point        string
	Facts        []fact
	Photos       []photoThumb
	Timeline     []timelineLine
	Deeds        []deed
	Note         deed
	Alert        string // why nothing was done
	WardFrom     string // in words: where the ward comes from; empty when it was not asked
	WardColour   string // of a ward that somebody should look at; empty: it is sure
	Main         string // the page of the case that this one repeats; empty: none
	Likes        []likeLine
	Related      []relatedCase
	Told         []noticeLine
	Followers    []followerLine
}

// photoThumb is a photo, or what became of it.
type photoThumb struct {
	Path string // empty: it cannot be shown
	Alt  string
	Text string // what became of it
}

// timelineLine is something that was done to a case.
type timelineLine struct {
	At   time.Time
	What string
	By   string
	Text string
}

// numberOf reads the number of a case in the path. One that is none names
// nothing.
func numberOf(c echo.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, handoff.ErrNotFound
	}
	return n, nil
}

func (s *Server) showCasePage(c echo.Context) error {
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	return s.showCaseAs(c, http.StatusOK, number, tried{})
}

// tried is a deed that was not done: what was typed, and why not.
type tried struct {
	verb  string
	form  url.Values
	fault *handoff.FieldError
	clash bool // the status does not allow it any more
}

// showCaseAs shows a case, with a form that comes back if something was tried.
func (s *Server) showCaseAs(c echo.Context, status int, number int64, t tried) error {
	ctx := c.Request().Context()
	k, err := s.opt.Desk.Case(ctx, viewer(c), number)
	if err != nil {
		return err
	}
	v := caseView{page: s.page(c, "case_title"), Case: k}
	v.Path = casesPath + "/" + strconv.FormatInt(number, 10)
	v.Title = v.Say("case_title", "number", v.CaseNumber(number))
	v.Line = s.caseLine(v.page, k)
	v.Contact = s.linkTo(v.page, contactsPath+"/:id", k.Contact.ID.String())
	v.Conversation = s.linkTo(v.page, "/console/conversations/:id", k.Conversation.String())
	v.Channel = v.channelName(k.Channel)
	v.Facts = s.answerFacts(v.page, k)
	v.WardFrom, v.WardColour = v.wardFrom()
	v.Photos = s.photoThumbs(v.page, k.Photos)
	v.Timeline = s.timeline(v.page, k)
	if p := k.Location; p != nil {
		v.Point = fmt.Sprintf("%.5f, %.5f", p.Lat, p.Lon)
		v.Map = fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f#map=18/%.5f/%.5f", p.Lat, p.Lon, p.Lat, p.Lon)
	}
	if allows(v.Agent.Role, CaseWork) {
		staff, err := s.opt.Desk.Staff(ctx, viewer(c))
		if err != nil {
			return err
		}
		v.does(s, staff, t)
	}
	if err := s.same(c, &v); err != nil {
		return err
	}
	if err := s.noticesOf(c, &v); err != nil {
		return err
	}
	return s.show(c, status, "case.html", v)
}

// photoThumbs are photos as links to the large ones.
func (s *Server) photoThumbs(p page, photos []handoff.Photo) []photoThumb {
	var thumbs []photoThumb
	for i, photo := range photos {
		t := photoThumb{Alt: p.Say("photo_alt", "n", p.Number(i+1))}
		if photo.SHA256 != "" {
			t.Path = s.linkTo(p, "/console/photos/:id", photo.ID.String())
		} else {
			t.Text = cmp.Or(p.Words["photo_"+photo.Status], photo.Status)
		}
		thumbs = append(thumbs, t)
	}
	return thumbs
}

// timeline is what was done to a case, in words, the latest first.
func (s *Server) timeline(p page, k handoff.Case) []timelineLine {
	var lines []timelineLine
	for _, h := range slices.Backward(k.Timeline) {
		l := timelineLine{At: h.At, What: cmp.Or(p.Words["happened_"+h.Kind], h.Kind), Text: h.Text}
		switch {
		case h.By != nil:
			l.By = h.By.Name
		case h.Kind == "opened":
			l.By = p.Words["by_citizen"]
		default:
			l.By = p.Words["audit_program"]
		}
		switch h.Kind {
		case "matched", handoff.HappenedJoined, handoff.HappenedSeparated:
			l.Text = p.otherCase(h.Text)
		}
		if h.Kind == "assigned" || h.Kind == handoff.HappenedPassed {
			l.Text = s.assignedTo(p.Lang, h.Text)
		}
		lines = append(lines, l)
	}
	return lines
}

// assignedTo names the team that the timeline's line begins with.
func (s *Server) assignedTo(lang, text string) string {
	line, note, noted := strings.Cut(text, "\n")
	team, agent, _ := strings.Cut(line, " ")
	for _, t := range s.opt.Teams(lang) {
		if t.ID == team {
			line = strings.TrimSuffix(t.Name+" · "+agent, " · ")
		}
	}
	if noted {
		line += "\n" + note
	}
	return line
}
