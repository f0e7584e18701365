// Package twilio is the SMS channel's link to Twilio: text and picture messages
// in, messages out by its REST API, and their progress by status callbacks.
//
// The types to know: [Twilio], which is a sms.Link; its [Status], which reads
// the callbacks; and [Options], the settings of one account.
//
//	link, err := twilio.New(twilio.Options{AccountSID: "AC…", AuthToken: "…", From: "+8809612000000", PublicURL: "https://city.example"})
//	mount("/channels/twilio", link)
//	mount("/channels/twilio/status", link.Status())
//
// What is known of Twilio is from its documentation (webhook requests, security,
// message resource, error dictionary) as of March 2026.
package twilio
