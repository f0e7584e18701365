package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows/gsm"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// smsPrice is what the made-up gateway takes for a segment.
func smsPrice() spending.Price {
	return spending.Price{Gateway: "citysms", Plain: spending.Taka / 4, Unicode: spending.Taka * 35 / 100}
}

// pay notes what an SMS cost; author is the bot or an agent, as kinds of SMS
// are called too.
func (w *town) pay(at time.Time, message uuid.UUID, author, text string) {
	count := gsm.Segments(text)
	unicode := count.Encoding == gsm.UCS2
	price := smsPrice()
	cost, _ := spending.Prices{price.Gateway: price}.Of(price.Gateway, count.Segments, unicode)
	w.rows.add("sms_handovers", message, at, price.Gateway, author, message, count.Segments, unicode, int64(cost))
}

// setPrice keeps the price from the first day on.
func (w *town) setPrice(ctx context.Context, tx pgx.Tx) error {
	price := smsPrice()
	_, err := tx.Exec(ctx, `INSERT INTO sms_prices (gateway, since, plain, unicode, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		price.Gateway, w.since.In(handoff.Dhaka()).Format(time.DateOnly), int64(price.Plain), int64(price.Unicode), w.since)
	if err != nil {
		return fmt.Errorf("set the price of SMS: %w", err)
	}
	return nil
}
