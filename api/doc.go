// Package api is the program's HTTP: the providers' webhooks, JSON for other
// programs, the console of the staff, and health. It knows what is asked
// and who asks; what is true it hears from handoff, what happens next from bot.
//
// The types to know: [Options] is everything a [Server] is made of, a [Route]
// is one line of the table that routing, permission and the OpenAPI document
// are all made from, a [Mount] is a channel at its path, and a [Permission] is
// what a route needs and a role has. A fault becomes HTTP in errors.go alone.
//
// A page of the console is one handler file and one template in console/views.
// Its view embeds page, begun with Server.page and the key of its title, and is
// written by Server.show; its parts are in components.go and views/parts.html,
// its words in console/locales, its line of the menu in frame.go. Routes under
// /console ask for a session, all others of the staff for an API token.
//
//	server, err := api.New(api.Options{Desk: desk, Receive: b.Accept, Log: log})
//	if err != nil {
//		return err
//	}
//	return server.HTTP(":8080").ListenAndServe()
package api
