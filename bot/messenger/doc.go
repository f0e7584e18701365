// Package messenger is the link to Facebook Messenger: Meta's webhook in, the
// Send API of the Graph API out.
//
//	m, err := messenger.New(messenger.Options{
//		PageID: "104…", PageToken: token, AppSecret: secret, VerifyToken: word,
//	})
//	d, err := m.Receive(ctx, call)   // d.Events, or bot.ErrSignature
//	for _, part := range m.Fit(message) {
//		sent, err := m.Send(ctx, bot.Outgoing{ID: id, Address: psid, Text: part.Text, Heard: heard})
//	}
//
// The types to know are [Messenger] and its [Options]; the rest is the
// vocabulary of package bot: bot.Event in, bot.Outgoing out, *bot.SendError
// when the provider refuses. A message carries its own id as metadata, so its
// echo says that it was sent even when the answer to the call was lost.
package messenger
