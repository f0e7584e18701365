package twilio

import (
	"context"
	"errors"
	"net/http"

	"nagorik/handoff/spending"
)

// Balance asks Twilio what is left in the account ("Balance" of its API).
func (t *Twilio) Balance(ctx context.Context) (spending.Amount, string, error) {
	var told struct {
		Balance  string `json:"balance"`
		Currency string `json:"currency"`
	}
	if _, err := t.call(ctx, http.MethodGet, "Balance", nil, nil, &told); err != nil {
		return 0, "", err
	}
	amount, ok := spending.ReadTold(told.Balance)
	if !ok || len(told.Currency) != 3 {
		return 0, "", errors.New("the answer of Twilio holds no balance")
	}
	return amount, told.Currency, nil
}
