package sms

import (
	"context"
	"errors"
	"sync"

	"nagorik/bot"
	"nagorik/handoff/spending"
)

// ErrNoBalance says that a link cannot be asked what is left there.
var ErrNoBalance = errors.New("this SMS gateway does not tell a balance")

// Balanced is a link that may tell what money is left at its provider.
type Balanced interface {
	// Balance asks for the amount and its currency, such as "BDT". ErrNoBalance
	// when there is no way to ask.
	Balance(ctx context.Context) (spending.Amount, string, error)
}

var _ bot.Metered = (*SMS)(nil)

// Balances asks the links that can tell what is left there, all at once.
func (s *SMS) Balances(ctx context.Context) []spending.Told {
	told := make([]*spending.Told, len(s.links))
	var wait sync.WaitGroup
	for i, l := range s.links {
		b, ok := l.(Balanced)
		if !ok {
			continue
		}
		wait.Go(func() {
			amount, currency, err := b.Balance(ctx)
			if !errors.Is(err, ErrNoBalance) {
				told[i] = &spending.Told{Gateway: l.Name(), Amount: amount, Currency: currency, Err: err}
			}
		})
	}
	wait.Wait()
	var list []spending.Told
	for _, t := range told {
		if t != nil {
			list = append(list, *t)
		}
	}
	return list
}
