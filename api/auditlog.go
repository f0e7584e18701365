package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// auditPath is where supervisors read what staff changed.
const auditPath = "/console/audit"

func auditRoutes() []Route {
	return []Route{{
		Method: http.MethodGet, Path: auditPath, Needs: AuditRead, handle: (*Server).showAudit, Summary: "What staff changed, and when", Type: html,
	}}
}

// auditView is the log with the form that narrows it.
type auditView struct {
	page
	Who     field
	Kind    field
	Subject field
	From    field
	To      field
	Narrow  bool // something is filtered
	Lines   []auditLine
	Empty   empty
	Pager   pager
}

// auditLine is one change in words.
type auditLine struct {
	At      time.Time
	By      string
	What    string
	Subject string
	Link    string // to what was changed; empty when it has no page
	Changes []change
}

func (s *Server) showAudit(c echo.Context) error {
	ctx := c.Request().Context()
	staff, err := s.opt.Desk.Accounts(ctx)
	if err != nil {
		return err
	}
	v := auditView{page: s.page(c, "audit_title")}
	f := v.filter(c, staff)
	if v.From.Fault+v.To.Fault == "" {
		list, err := s.opt.Desk.AuditLog(ctx, f)
		if err != nil {
			return err
		}
		in := auditWords{page: v.page, server: s, staff: staff}
		for _, a := range list.Items {
			v.Lines = append(v.Lines, in.line(a))
		}
		v.Pager = v.pager(c, list.Next)
	}
	v.Empty = empty{Title: v.Words["audit_empty"], Text: v.Words["audit_empty_text"]}
	return s.show(c, http.StatusOK, "audit.html", v)
}

// filter reads the form, and fills it in again.
func (v *auditView) filter(c echo.Context, staff []handoff.Agent) handoff.AuditFilter {
	f := handoff.AuditFilter{Page: handoff.PageOf{Cursor: c.QueryParam("next")}}
	f.Agent, _ = uuid.Parse(c.QueryParam("agent")) // anything else is: everybody
	v.Who = field{Name: "agent", Label: v.Words["audit_by"], Options: []option{{Label: v.Words["audit_anybody"]}}}
	for _, a := range staff {
		v.Who.Options = append(v.Who.Options, option{a.ID.String(), a.Name, a.ID == f.Agent})
	}
	f.What = c.QueryParam("kind")
	v.Kind = field{Name: "kind", Label: v.Words["audit_what"], Options: v.kinds(f.What)}
	f.Subject = c.QueryParam("subject")
	v.Subject = field{Name: "subject", Label: v.Words["audit_subject"], Value: f.Subject, Hint: v.Words["audit_subject_hint"], Complete: "off"}
	f.Subject = strings.TrimPrefix(bangla.Digits(strings.TrimSpace(f.Subject)), "#")
	v.From = v.dayField(c, "from", &f.From)
	v.To = v.dayField(c, "to", &f.Before)
	if !f.Before.IsZero() {
		f.Before = f.Before.AddDate(0, 0, 1)
	}
	v.Narrow = f.Agent != uuid.Nil || f.What != "" || f.Subject != "" || !f.From.IsZero() || !f.Before.IsZero()
	return f
}

// dayField is a field for a day, which it reads into at.
func (v *auditView) dayField(c echo.Context, name string, at *time.Time) field {
	f := field{Name: name, Label: v.Words["audit_"+name], Value: c.QueryParam(name), Type: "date"}
	var err error
	if *at, err = day(c, name); err != nil {
		f.Fault = v.Words["fault_day"]
	}
	return f
}

// kinds are all that can be looked for: groups, and the changes of each.
func (v *auditView) kinds(chosen string) []option {
	options := []option{{Label: v.Words["audit_everything"]}}
	var keys []string
	for key := range v.Words {
		if what, ok := strings.CutPrefix(key, "what_"); ok {
			keys = append(keys, what)
		}
	}
	slices.Sort(keys)
	for _, what := range keys {
		label := v.Words["what_"+what]
		if !strings.HasSuffix(what, ".") {
			label = "– " + label
		}
		options = append(options, option{what, label, what == chosen})
	}
	return options
}
