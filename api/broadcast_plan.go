package api

import (
	"cmp"
	"time"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff/broadcasts"
)

// planView is whom a broadcast would reach: {{template "plan" .}}.
type planView struct {
	Says    string // 2,242 of 2,378 people are told.
	Figures []planFigure
	Closed  []closedLine
	Unknown bool // what the SMS cost is not known
	Nobody  bool
}

// planFigure is how many, and what that means.
type planFigure struct{ N, Name, More string }

// closedLine is why a way is closed to people whom none reaches.
type closedLine struct{ Way, Why, N string }

// plan puts a plan into words.
func (p page) plan(d broadcasts.Draft, plan broadcasts.Plan) *planView {
	v := &planView{Says: p.Say("broadcast_plan_says", "n", p.many(plan.Reached()), "all", p.many(plan.Total)), Nobody: plan.Reached() == 0}
	for _, w := range plan.Ways {
		if w.Recipients == 0 {
			continue
		}
		f := planFigure{N: p.many(w.Recipients), Name: p.Words["way_"+string(w.Way)], More: p.lasts(d, w)}
		if w.Way == flows.WaySMS {
			f.More = p.smsBill(plan, w) + " · " + f.More
			v.Unknown = !plan.Priced
		}
		v.Figures = append(v.Figures, f)
	}
	for _, x := range []struct {
		n         int
		key, more string
	}{
		{plan.Unreachable, "broadcast_unreachable", "broadcast_unreachable_text"},
		{plan.OptedOut, "broadcast_opted_out", "broadcast_opted_out_text"},
		{plan.Twice, "broadcast_twice", "broadcast_twice_text"},
	} {
		if x.n > 0 {
			v.Figures = append(v.Figures, planFigure{N: p.many(x.n), Name: p.Words[x.key], More: p.Words[x.more]})
		}
	}
	for _, h := range plan.Hindered {
		v.Closed = append(v.Closed, closedLine{cmp.Or(p.Words["way_"+string(h.Way)], string(h.Way)), p.why(h.Reason), p.many(h.N)})
	}
	return v
}

// smsBill is how many segments a plan has, and what they cost.
func (p page) smsBill(plan broadcasts.Plan, w broadcasts.WayCount) string {
	if !plan.Priced {
		return p.Say("broadcast_segments", "n", p.many(w.Segments))
	}
	decimals := 0
	if plan.Poisha%100 != 0 {
		decimals = 2
	}
	return p.Say("broadcast_bill", "n", p.many(w.Segments), "taka", bangla.Group(float64(plan.Poisha)/100, p.Lang, decimals))
}

// lasts is how long a way takes at its pace.
func (p page) lasts(d broadcasts.Draft, w broadcasts.WayCount) string {
	family := broadcasts.Family(w.Way)
	if w.Way == flows.WayTemplate {
		family = broadcasts.FamilyMessenger
	}
	pace := cmp.Or(d.PerMinute[family], broadcasts.Usual(family))
	minutes := (w.Recipients + pace - 1) / pace
	return p.Say("broadcast_lasts", "span", p.span(time.Duration(minutes)*time.Minute))
}
