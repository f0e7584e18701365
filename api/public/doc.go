// Package public is the page every citizen can open: GET /. It holds the web
// chat and a small form that shows where a case stands. The page is rendered
// on the server and works without script, as plain forms; one script file adds
// live answers, smaller photos, the pin and a queue for lost connections.
//
// The types to know are Options and Tracked.
//
//	public.Register(e, public.Options{Chat: chat, City: city, Track: track})
//
// Its words are in locales/, its look in assets/. The embedded font is Noto
// Sans Bengali, under the SIL Open Font License beside it.
package public
