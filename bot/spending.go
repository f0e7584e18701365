package bot

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// CodeBudget marks the refusal of an SMS because the month's budget is used up.
const CodeBudget = "budget"

// overBudget is why a message of a kind no longer goes out by a channel in this
// month; nil: it does. What cannot be read stops nothing.
func (b *Bot) overBudget(ctx context.Context, channel string, k spending.Kind) *SendError {
	if b.spending == nil || channel != channelOfSMS {
		return nil
	}
	standing, err := b.spending.Standing(context.WithoutCancel(ctx))
	if err != nil {
		b.log.Warn("what SMS have cost cannot be read", "error", err)
	}
	if !standing.Refuses(k) {
		return nil
	}
	return &SendError{Outcome: SendReject, Code: CodeBudget, Text: "what SMS may cost in this month is used up"}
}

// paidAs is what a message of the outbox is paid for as.
func paidAs(m *handoff.Due) spending.Kind {
	switch {
	case m.Author == "agent":
		return spending.Agent
	case m.Kind == string(handoff.KindNotice):
		return spending.Notice
	case m.Kind == string(spending.Broadcast):
		return spending.Broadcast
	default:
		return spending.Bot
	}
}

// handover is what is put on record of a call that handed a message over, or
// may have.
func (m *outgoing) handover(p spending.Paid, providerID string) spending.Handover {
	h, _ := spending.NewHandover(m.paidAs, m.id, p, providerID)
	return h
}

// paidOf is what is put on record of a call beside the outbox; none when
// nothing was handed over.
func paidOf(k spending.Kind, ref uuid.UUID, sent Sent, err error) []spending.Handover {
	var e *SendError
	if errors.As(err, &e) {
		sent = Sent{Paid: e.Paid}
	}
	h, ok := spending.NewHandover(k, ref, sent.Paid, sent.ProviderID)
	if !ok {
		return nil
	}
	return []spending.Handover{h}
}

// balancesWithin bounds the asking of all gateways for their balance.
const balancesWithin = 20 * time.Second

// watchSpending tells staff when most of the month's budget is spent, when all
// of it is, and when little money is left at a gateway.
func (b *Bot) watchSpending(ctx context.Context) error {
	if b.spending == nil {
		return nil
	}
	s, err := b.spending.Standing(ctx)
	if err != nil {
		return err
	}
	near, full := s.Reached(spending.Near), s.Reached(spending.Full)
	text := "৳" + s.Spent.Rounded().String() + " / ৳" + s.Amount.String()
	return errors.Join(b.watchBalances(ctx),
		b.alarm(ctx, near && !full, handoff.AlarmNear, channelOfSMS, text),
		b.alarm(ctx, full, handoff.AlarmBudget, channelOfSMS, text))
}

// askBalances asks the gateways what is left there.
func (b *Bot) askBalances(ctx context.Context) error {
	sms, ok := b.channels[channelOfSMS].(Metered)
	if b.spending == nil || !ok {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, balancesWithin)
	defer cancel()
	return b.spending.KeepBalances(ctx, sms.Balances(within))
}

func (b *Bot) watchBalances(ctx context.Context) error {
	list, err := b.spending.Balances(ctx)
	for _, balance := range list {
		text := balance.Amount.String() + " " + balance.Currency
		err = errors.Join(err, b.alarm(ctx, balance.Low(), handoff.AlarmBalance, balance.Gateway, text))
	}
	return err
}
