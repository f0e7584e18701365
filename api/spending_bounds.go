package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// The digits behind the point that are taken of what is typed.
const (
	priceDigits = 4
	sumDigits   = 2
)

// balanceLine is the money at a gateway.
type balanceLine struct {
	Gateway string
	Left    string
	Low     bool
	Told    time.Time // zero: it has not told
	Says    string    // why nothing is known, or not lately
	Least   field
}

// priceLine is a price in words.
type priceLine struct {
	Gateway, Since, Plain, Unicode string
	Day                            string // for the form that drops it
	State                          pill
}

// spentRows are the lines of a month for a sheet.
func (s *Server) spentRows(at time.Time, p page) func(context.Context, string) ([][]any, string, error) {
	return func(ctx context.Context, _ string) (rows [][]any, after string, err error) {
		m, err := s.opt.Spending.Month(ctx, at)
		for _, l := range m.Lines {
			rows = append(rows, []any{
				l.Day.Format(time.DateOnly), l.Gateway, cmp.Or(p.Words["spending_kind_"+string(l.Kind)], string(l.Kind)),
				l.Messages, l.Segments, l.Unpriced, l.Cost.String(),
			})
		}
		return rows, "", err
	}
}

// gateways are those that can send, and then those that are on record.
func (s *Server) gateways(recorded ...string) []string {
	var names []string
	if s.opt.Gateways != nil {
		names = slices.Clone(s.opt.Gateways())
	}
	slices.Sort(recorded)
	for _, name := range recorded {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// moneyForms fills in prices, the budget and balances, with what was typed.
func (s *Server) moneyForms(c echo.Context, v *spendingView, form spendingForm) error {
	ctx := c.Request().Context()
	prices, err := s.opt.Spending.PriceList(ctx)
	if err != nil {
		return err
	}
	balances, err := s.opt.Spending.Balances(ctx)
	if err != nil {
		return err
	}
	budget, err := s.opt.Spending.Budget(ctx)
	if err != nil {
		return err
	}
	v.Prices = v.priceLines(prices, s.now())
	var recorded []string
	for _, b := range balances {
		recorded = append(recorded, b.Gateway)
	}
	for _, name := range s.gateways(recorded...) {
		i := slices.IndexFunc(balances, func(b spending.Balance) bool { return b.Gateway == name })
		b := spending.Balance{Gateway: name}
		if i >= 0 {
			b = balances[i]
		}
		v.Balances = append(v.Balances, v.balanceLine(b, form))
	}
	for _, p := range prices {
		recorded = append(recorded, p.Gateway)
	}
	v.PriceFields = v.priceFields(s.gateways(recorded...), form, s.now())
	v.BudgetFields = v.budgetFields(budget, form)
	return nil
}

// priceLines are all prices; the one that holds now is marked.
func (p page) priceLines(list []spending.Price, now time.Time) []priceLine {
	var lines []priceLine
	holds := map[string]bool{}
	for _, price := range list {
		l := priceLine{
			Gateway: price.Gateway, Since: p.Day(price.Since), Day: price.Since.Format(time.DateOnly),
			Plain: p.Money(price.Plain), Unicode: p.Money(price.Unicode), State: pill{"", p.Words["spending_price_past"]},
		}
		switch {
		case price.Since.After(now):
			l.State = pill{"", p.Words["spending_price_later"]}
		case !holds[price.Gateway]:
			holds[price.Gateway] = true
			l.State = pill{"good", p.Words["spending_price_now"]}
		}
		lines = append(lines, l)
	}
	return lines
}

// typed is what was typed into a field, or what is to stand there.
func (f spendingForm) typed(name, otherwise string) string {
	if f.values.Has(name) {
		return f.values.Get(name)
	}
	return otherwise
}

func (p page) moneyField(form spendingForm, name, label, hint, value string) field {
	f := field{Name: name, Label: p.Words[label], Hint: p.Words[hint], Value: form.typed(name, value), Most: 20}
	if form.field == name {
		f.Fault = p.Words["spending_fault_"+name]
	}
	return f
}

func (p page) priceFields(gateways []string, form spendingForm, now time.Time) []field {
	gateway := field{Name: "gateway", Label: p.Words["spending_gateway"]}
	for _, name := range gateways {
		gateway.Options = append(gateway.Options, option{name, name, form.values.Get("gateway") == name})
	}
	if form.field == "gateway" {
		gateway.Fault = p.Words["spending_fault_gateway"]
	}
	since := p.moneyField(form, "since", "spending_since", "", now.In(handoff.Dhaka()).Format(time.DateOnly))
	since.Type = "date"
	plain := p.moneyField(form, "plain", "spending_plain", "spending_plain_text", "")
	plain.Required = true
	return []field{gateway, since, plain, p.moneyField(form, "unicode", "spending_unicode", "spending_unicode_text", "")}
}

func (p page) budgetFields(b spending.Budget, form spendingForm) []field {
	value := ""
	if b.Amount > 0 {
		value = p.digits(b.Amount.String())
	}
	hard := field{Name: "hard", Label: p.Words["spending_hard"], Value: "yes", Box: true, Ticked: b.Hard}
	if form.values.Has("budget") {
		hard.Ticked = form.values.Get("hard") != ""
	}
	return []field{p.moneyField(form, "budget", "spending_budget", "spending_budget_text", value), hard}
}

func (p page) balanceLine(b spending.Balance, form spendingForm) balanceLine {
	l := balanceLine{Gateway: b.Gateway, Left: "–", Low: b.Low(), Told: b.ToldAt, Says: b.Fault}
	if b.Known {
		l.Left = p.left(b)
	} else if b.AskedAt.IsZero() {
		l.Says = p.Words["spending_untold"]
	}
	value := ""
	if b.Bounded {
		value = p.digits(b.Least.String())
	}
	l.Least = field{Name: "least", Label: p.Say("spending_least_of", "gateway", b.Gateway), Value: value, Most: 20}
	if form.values.Has("least") && form.values.Get("gateway") == b.Gateway {
		l.Least.Value = form.values.Get("least")
		if form.field == "least" {
			l.Least.Fault = p.Words["spending_fault_least"]
		}
	}
	return l
}

// left is what is left at a gateway, in its currency.
func (p page) left(b spending.Balance) string {
	if b.Currency == "" || b.Currency == "BDT" {
		return p.Money(b.Amount.Rounded())
	}
	return p.amount(b.Amount.Rounded()) + " " + b.Currency
}

// saveMoney does what a form of the page says, and shows the page with the fault
// when it cannot be done.
func (s *Server) saveMoney(c echo.Context, do func(ctx context.Context, form url.Values) error) error {
	if s.opt.Spending == nil {
		return handoff.ErrNotFound
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	err = do(c.Request().Context(), form)
	var fault *spending.Fault
	if errors.As(err, &fault) {
		return s.showSpendingAs(c, http.StatusUnprocessableEntity, spendingForm{form, fault.Field})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, spendingPath+"?done=saved")
}

func (s *Server) savePrice(c echo.Context) error {
	return s.saveMoney(c, func(ctx context.Context, form url.Values) error {
		p, err := readPrice(form.Get("gateway"), form.Get("since"), form.Get("plain"), form.Get("unicode"))
		if err != nil {
			return err
		}
		return s.opt.Spending.SetPrice(ctx, viewer(c).AgentID, p)
	})
}

// readPrice reads a price as it is typed. Nothing for Unicode means the same as
// for the other.
func readPrice(gateway, since, plain, unicode string) (spending.Price, error) {
	p := spending.Price{Gateway: gateway}
	var err error
	if p.Since, err = time.ParseInLocation(time.DateOnly, since, handoff.Dhaka()); err != nil {
		return p, &spending.Fault{Field: "since", Message: "must be a day such as 2026-11-23"}
	}
	var ok bool
	if p.Plain, ok = spending.ParseAmount(plain, priceDigits); !ok {
		return p, &spending.Fault{Field: "plain", Message: "must be an amount in taka, such as 0.2500"}
	}
	if p.Unicode, ok = spending.ParseAmount(cmp.Or(unicode, plain), priceDigits); !ok {
		return p, &spending.Fault{Field: "unicode", Message: "must be an amount in taka, such as 0.2500"}
	}
	return p, nil
}

func (s *Server) dropPrice(c echo.Context) error {
	return s.saveMoney(c, func(ctx context.Context, form url.Values) error {
		return s.opt.Spending.DropPrice(ctx, viewer(c).AgentID, form.Get("gateway"), dayTyped(form.Get("since")))
	})
}

// dayTyped is a day of the city; the zero Time, which no price begins on, for
// what is none.
func dayTyped(text string) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, text, handoff.Dhaka()) // the zero Time says it
	return at
}

func (s *Server) saveBudget(c echo.Context) error {
	return s.saveMoney(c, func(ctx context.Context, form url.Values) error {
		amount, err := amountOrNone("budget", form.Get("budget"))
		if err != nil {
			return err
		}
		b := spending.Budget{Hard: form.Get("hard") != ""}
		if amount != nil {
			b.Amount = *amount
		}
		return s.opt.Spending.SetBudget(ctx, viewer(c).AgentID, b)
	})
}

func (s *Server) saveLeast(c echo.Context) error {
	return s.saveMoney(c, func(ctx context.Context, form url.Values) error {
		least, err := amountOrNone("least", form.Get("least"))
		if err != nil {
			return err
		}
		return s.opt.Spending.SetLeast(ctx, viewer(c).AgentID, form.Get("gateway"), least)
	})
}

// amountOrNone reads an amount that may be left empty.
func amountOrNone(name, text string) (*spending.Amount, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // empty is no bound
	}
	a, ok := spending.ParseAmount(text, sumDigits)
	if !ok {
		return nil, &spending.Fault{Field: name, Message: "must be an amount such as 5000 or 5000.50"}
	}
	return &a, nil
}
