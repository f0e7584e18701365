// Package public is what every citizen can open. GET / holds the web chat and
// a small form that shows where a case stands. It is rendered on the server and
// works without script, as plain forms; one script file adds live answers,
// smaller photos, the pin and a queue for lost connections.
//
// GET /services lists the services, and GET /services/{flow} is a service as a
// form, one question at a time and with no script at all. It is another face of
// the chat's own conversation: what stands is read from its session, forms are
// posted to the chat's channel, and either can be left for the other.
//
// The types to know are Options and Tracked.
//
//	public.Register(e, public.Options{Chat: chat, City: city, Track: track, Catalogs: catalogs, Stand: stand})
//
// Its words are in locales/, its look in assets/. The embedded font is Noto
// Sans Bengali, under the SIL Open Font License beside it.
package public
