// Package sms is the channel of text messages. It may have several links to
// the telephone network, each a way in, a way out or both: Twilio
// (bot/sms/twilio) and any HTTP gateway (bot/sms/gateway). To citizens and
// staff they are one channel: a person is a telephone number, whichever link
// it is reached by.
//
// The types to know: [Link], a way to the network; [SMS], the channel made of
// them, which answers by the link a person wrote by and by another while that
// one is broken; [Number], which reads a sender; [Keyword], the words carriers
// act upon; and [Unnamed], an id for messages that come without one.
//
//	channel, err := sms.New(sms.Options{Links: []sms.Link{twilio, aggregator}})
package sms
