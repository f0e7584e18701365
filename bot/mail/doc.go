// Package mail sends mail through any SMTP server: a text and an HTML part in
// the citizen's language, threaded by case, marked as sent by a machine so that
// nobody's out-of-office answers it.
//
//	m, err := mail.New(mail.Options{URL: "smtp://user:secret@mail.example:587", From: "City <help@city.example>"})
//	err = m.Send(ctx, bot.Letter{ID: id, To: "rahim@example.org", Subject: "#10001", Text: "…", Lang: "bn", Thread: "case-10001"})
//
// The errors of Send are *bot.SendError. A server that went away after it was
// given the message leaves its outcome unknown.
package mail
