package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// Amounts in JSON are decimals in quotes, so that none is rounded on its way.

type spentAnswer struct {
	Day      string          `json:"day" jsonschema:"format=date"`
	Gateway  string          `json:"gateway"`
	Kind     string          `json:"kind" jsonschema:"enum=bot,enum=agent,enum=notice,enum=broadcast,enum=code" jsonschema_description:"replies of the bot, of staff, notices, broadcasts, codes that prove a telephone"`
	Messages int             `json:"messages"`
	Segments int             `json:"segments"`
	Unpriced int             `json:"unpriced_segments" jsonschema_description:"segments of which no price was known; they are not in taka"`
	Taka     spending.Amount `json:"taka" jsonschema:"type=string"`
}

type spendingAnswer struct {
	Month    string           `json:"month" jsonschema_description:"such as 2026-11"`
	Messages int              `json:"messages"`
	Segments int              `json:"segments"`
	Unpriced int              `json:"unpriced_segments"`
	Taka     spending.Amount  `json:"taka" jsonschema:"type=string"`
	Forecast *spending.Amount `json:"forecast" jsonschema:"type=string,nullable" jsonschema_description:"taka at the month's end if it goes on like this; null for a month that is over or younger than a day"`
	Items    []spentAnswer    `json:"items"`
}

type priceAnswer struct {
	Gateway string          `json:"gateway"`
	Since   string          `json:"since" jsonschema:"format=date"`
	Plain   spending.Amount `json:"plain" jsonschema:"type=string" jsonschema_description:"taka for a segment in the 7-bit alphabet"`
	Unicode spending.Amount `json:"unicode" jsonschema:"type=string" jsonschema_description:"taka for a segment in Bangla or any other script"`
}

type priceBody struct {
	Gateway string `json:"gateway"`
	Since   string `json:"since" jsonschema:"format=date"`
	Plain   string `json:"plain,omitempty" jsonschema_description:"taka, at most four digits behind the point"`
	Unicode string `json:"unicode,omitempty" jsonschema_description:"the same as plain when it is left out"`
	Drop    bool   `json:"drop,omitempty" jsonschema_description:"take the price of that day back"`
}

type budgetAnswer struct {
	Taka  *spending.Amount `json:"taka" jsonschema:"type=string,nullable" jsonschema_description:"a month; null: there is no bound"`
	Hard  bool             `json:"hard" jsonschema_description:"when it is used up replies and codes stop too"`
	Spent *spending.Amount `json:"spent" jsonschema:"type=string,nullable" jsonschema_description:"in this month; null without a budget"`
	Stops []string         `json:"stops" jsonschema_description:"the kinds of SMS that no longer go out in this month"`
}

type budgetBody struct {
	Taka *string `json:"taka" jsonschema:"nullable" jsonschema_description:"a month, at most two digits behind the point; null for no bound"`
	Hard bool    `json:"hard,omitempty"`
}

type balanceAnswer struct {
	Gateway  string           `json:"gateway"`
	Amount   *spending.Amount `json:"amount" jsonschema:"type=string,nullable" jsonschema_description:"null: it has not told"`
	Currency string           `json:"currency"`
	ToldAt   *time.Time       `json:"told_at" jsonschema:"nullable"`
	Fault    string           `json:"error" jsonschema_description:"why it did not tell when it was asked last"`
	Least    *spending.Amount `json:"least" jsonschema:"type=string,nullable" jsonschema_description:"below it there is an alarm; null: there is none"`
}

type balanceBody struct {
	Gateway string  `json:"gateway"`
	Least   *string `json:"least" jsonschema:"nullable" jsonschema_description:"in the gateway's currency; null for no alarm"`
}

func spendingRoutes() []Route {
	on := func(method, path, summary string, needs Permission, body, shape any, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: "/api/v1/" + path, Needs: needs, Summary: summary, Body: body, Answer: shape, handle: handle}
	}
	month := on(http.MethodGet, "spending", "What SMS cost in a month, by day, gateway and kind", SpendingRead, nil, spendingAnswer{}, (*Server).tellSpending)
	month.Query = []Parameter{{Name: "month", Type: "string", Summary: "such as 2026-11; this month when not given"}}
	return []Route{
		month,
		on(http.MethodGet, "prices", "What gateways take for a segment of an SMS, from which day on", SpendingRead, nil, listOf[priceAnswer]{}, (*Server).listPrices),
		on(http.MethodPost, "prices", "Say what a gateway takes from a day on. What was sent since then without a price gets it; what has a cost keeps it", SpendingManage, priceBody{}, listOf[priceAnswer]{}, (*Server).changePrice),
		on(http.MethodGet, "budget", "What SMS may cost in a month, and how this month stands", SpendingRead, nil, budgetAnswer{}, (*Server).tellBudget),
		on(http.MethodPost, "budget", "Change what SMS may cost in a month. When it is used up notices and broadcasts take other ways", SpendingManage, budgetBody{}, budgetAnswer{}, (*Server).changeBudget),
		on(http.MethodGet, "balances", "What is left at the SMS gateways that tell it", SpendingRead, nil, listOf[balanceAnswer]{}, (*Server).listBalances),
		on(http.MethodPost, "balances", "Change below which balance of a gateway there is an alarm", SpendingManage, balanceBody{}, listOf[balanceAnswer]{}, (*Server).changeLeast),
	}
}

// money is the record of what SMS cost; an error where there is none.
func (s *Server) money() (*spending.Ledger, error) {
	if s.opt.Spending == nil {
		return nil, handoff.ErrNotFound
	}
	return s.opt.Spending, nil
}

func (s *Server) tellSpending(c echo.Context) error {
	ledger, err := s.money()
	if err != nil {
		return err
	}
	at, ok := s.spendingMonth(c)
	if !ok {
		return badField("month", "must be a month such as 2026-11")
	}
	m, err := ledger.Month(c.Request().Context(), at)
	if err != nil {
		return err
	}
	total := m.Total()
	a := spendingAnswer{Month: m.Begin.Format(monthForm), Messages: total.Messages, Segments: total.Segments, Unpriced: total.Unpriced, Taka: total.Cost}
	if end, ok := m.Forecast(s.now()); ok {
		end = end.Rounded()
		a.Forecast = &end
	}
	a.Items = each(m.Lines, func(l spending.Line) spentAnswer {
		return spentAnswer{l.Day.Format(time.DateOnly), l.Gateway, string(l.Kind), l.Messages, l.Segments, l.Unpriced, l.Cost}
	})
	return answer(c, a)
}

func (s *Server) listPrices(c echo.Context) error {
	ledger, err := s.money()
	if err != nil {
		return err
	}
	list, err := ledger.PriceList(c.Request().Context())
	if err != nil {
		return err
	}
	return answer(c, listOf[priceAnswer]{Items: each(list, func(p spending.Price) priceAnswer {
		return priceAnswer{p.Gateway, p.Since.Format(time.DateOnly), p.Plain, p.Unicode}
	})})
}

func (s *Server) changePrice(c echo.Context) error {
	body, err := bodyOf[priceBody](c)
	if err != nil {
		return err
	}
	ledger, err := s.money()
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), viewer(c).AgentID
	if body.Drop {
		err = ledger.DropPrice(ctx, by, body.Gateway, dayTyped(body.Since))
	} else {
		var p spending.Price
		if p, err = readPrice(body.Gateway, body.Since, body.Plain, body.Unicode); err == nil {
			err = ledger.SetPrice(ctx, by, p)
		}
	}
	if err != nil {
		return err
	}
	return s.listPrices(c)
}

func (s *Server) tellBudget(c echo.Context) error {
	ledger, err := s.money()
	if err != nil {
		return err
	}
	standing, err := ledger.Standing(c.Request().Context())
	if err != nil {
		return err
	}
	a := budgetAnswer{Hard: standing.Hard, Stops: []string{}}
	if standing.Amount > 0 {
		a.Taka, a.Spent = &standing.Amount, &standing.Spent
	}
	for _, kind := range spending.Kinds() {
		if standing.Refuses(kind) {
			a.Stops = append(a.Stops, string(kind))
		}
	}
	return answer(c, a)
}

func (s *Server) changeBudget(c echo.Context) error {
	body, err := bodyOf[budgetBody](c)
	if err != nil {
		return err
	}
	ledger, err := s.money()
	if err != nil {
		return err
	}
	b := spending.Budget{Hard: body.Hard}
	if body.Taka != nil {
		var ok bool
		if b.Amount, ok = spending.ParseAmount(*body.Taka, sumDigits); !ok {
			return badField("taka", "must be an amount such as 5000 or 5000.50, or null")
		}
	}
	if err := ledger.SetBudget(c.Request().Context(), viewer(c).AgentID, b); err != nil {
		return err
	}
	return s.tellBudget(c)
}

func (s *Server) listBalances(c echo.Context) error {
	ledger, err := s.money()
	if err != nil {
		return err
	}
	list, err := ledger.Balances(c.Request().Context())
	if err != nil {
		return err
	}
	return answer(c, listOf[balanceAnswer]{Items: each(list, func(b spending.Balance) balanceAnswer {
		a := balanceAnswer{Gateway: b.Gateway, Currency: b.Currency, ToldAt: maybe.Null(b.ToldAt), Fault: b.Fault}
		if b.Known {
			a.Amount = &b.Amount
		}
		if b.Bounded {
			a.Least = &b.Least
		}
		return a
	})})
}

func (s *Server) changeLeast(c echo.Context) error {
	body, err := bodyOf[balanceBody](c)
	if err != nil {
		return err
	}
	ledger, err := s.money()
	if err != nil {
		return err
	}
	var least *spending.Amount
	if body.Least != nil {
		if least, err = amountOrNone("least", *body.Least); err != nil {
			return err
		}
	}
	if err := ledger.SetLeast(c.Request().Context(), viewer(c).AgentID, body.Gateway, least); err != nil {
		return err
	}
	return s.listBalances(c)
}
