// Package bot runs conversations. Channels bring events; lanes gather them
// into batches, step each through its flow and record the whole batch in one
// transaction; the outbox sends what the turns said, in order.
//
// The types to know are [Channel], a provider link; [Event], one thing that
// happened on it; [Bot], which takes events and does all the rest; [Sessions],
// the live sessions in Redis; and [Live], the hints that screens listen to.
//
//	b, err := bot.New(bot.Options{Desk: desk, Redis: client, Channels: []bot.Channel{page}, …})
//	b.Start()
//	delivery, err := page.Receive(ctx, call)   // a webhook
//	err = b.Accept(ctx, delivery.Events)       // nil: safe, answer 200
//	…
//	b.Stop(ctx)
package bot
