// Package api is the program's HTTP: the providers' webhooks, JSON for other
// programs, the page behind a sign-in link, and health. It knows what is asked
// and who asks; what is true it hears from handoff, what happens next from bot.
//
// The types to know: [Options] is everything a [Server] is made of, a [Route]
// is one line of the table that routing, permission and the OpenAPI document
// are all made from, a [Mount] is a channel at its path, and a [Permission] is
// what a route needs and a role has. A fault becomes HTTP in errors.go alone.
//
//	server, err := api.New(api.Options{Desk: desk, Receive: b.Accept, Log: log})
//	if err != nil {
//		return err
//	}
//	return server.HTTP(":8080").ListenAndServe()
package api
