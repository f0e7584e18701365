// Package web is the web chat: a channel whose other end is the city's own
// public page. Nobody signs in. A person is an anonymous session, a random
// token in a cookie (or, for programs, in the Authorization header), and the
// address kept in the records is a hash of it.
//
// Sending is one POST: JSON from the page's script, a form with photos, or a
// plain form from a phone without script, which is sent back to the page it
// stands on: the chat, or the form of a service.
// Hearing is a stream of server-sent events, or plain JSON where those do not
// work. The words themselves are read from the records; what travels between
// processes is only the hint that there is something new.
//
// The types to know are Web, its Options, Line (one message as the page shows
// it), Photo and Limiter.
//
//	chat, err := web.New(web.Options{PublicURL: "https://city.example", Key: key, …})
//	delivery, err := chat.Receive(ctx, call) // POST /channels/web
//	mux.HandleFunc("GET /channels/web/stream", chat.Stream)
package web
