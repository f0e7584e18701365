package api

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/handoff/notices"
)

// Told is the ledger of notices: notices.Ledger.
type Told interface {
	OfCase(ctx context.Context, number int64) ([]notices.Record, error)
}

// noticeLine is a notice in words.
type noticeLine struct {
	What    string
	Name    string
	At      time.Time
	Outcome pill
	Ways    []wayLine
}

// wayLine is what became of one way.
type wayLine struct{ Name, Status, Reason string }

// noticesOf puts what people were told into the view of a case.
func (s *Server) noticesOf(c echo.Context, v *caseView) error {
	if s.opt.Told == nil {
		return nil
	}
	list, err := s.opt.Told.OfCase(c.Request().Context(), v.Case.Number)
	if err != nil {
		return err
	}
	colours := map[notices.Outcome]string{notices.Told: "good", notices.Failed: "bad", notices.Unknown: "warn", notices.Skipped: "warn"}
	for _, n := range list {
		line := noticeLine{What: v.Words["notice_"+string(n.Event)], Name: cmp.Or(n.Name, v.Words["no_name"]), At: n.At}
		line.Outcome = pill{colours[n.Outcome], v.Words["told_"+cmp.Or(string(n.Outcome), "going")]}
		for _, h := range n.Hops {
			line.Ways = append(line.Ways, wayLine{v.Words["way_"+string(h.Way)], v.Words["hop_"+string(h.Status)], v.why(h.Reason)})
		}
		v.Told = append(v.Told, line)
	}
	return nil
}

// why is the reason of a way in words; what a provider says stays as it is.
func (p page) why(reason string) string {
	if bot.LostOf(reason).Budget {
		reason = notices.ReasonBudget
	}
	return cmp.Or(p.Words["why_"+strings.ReplaceAll(reason, " ", "_")], reason)
}

// noticeAnswer is what somebody was told of a case.
type noticeAnswer struct {
	At      time.Time   `json:"at"`
	Event   string      `json:"event"`
	Contact nameAnswer  `json:"contact"`
	Outcome string      `json:"outcome"` // empty: it is on its way
	Ways    []wayAnswer `json:"ways"`
}

type wayAnswer struct {
	Way    string `json:"way"`
	Status string `json:"status"`
	Reason string `json:"reason"`
}

// listNotices answers what people were told of a case.
func (s *Server) listNotices(c echo.Context) error {
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.opt.Desk.Case(ctx, viewer(c), number); err != nil {
		return err
	}
	list := listOf[noticeAnswer]{Items: []noticeAnswer{}}
	if s.opt.Told == nil {
		return answer(c, list)
	}
	told, err := s.opt.Told.OfCase(ctx, number)
	if err != nil {
		return err
	}
	for _, n := range told {
		one := noticeAnswer{At: n.At, Event: string(n.Event), Contact: nameAnswer{ID: n.Contact.String(), Name: n.Name}, Outcome: string(n.Outcome), Ways: []wayAnswer{}}
		for _, h := range n.Hops {
			one.Ways = append(one.Ways, wayAnswer{string(h.Way), string(h.Status), h.Reason})
		}
		list.Items = append(list.Items, one)
	}
	return answer(c, list)
}
