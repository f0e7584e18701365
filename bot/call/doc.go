// Package call is the channel of those who telephone or come to the counter:
// one of the staff writes for them and reads out what is answered. Nothing comes
// from a provider and nothing goes to one; what is said is on record.
//
//	bot.Options{Channels: []bot.Channel{call.New(handoff.ChannelPhone), call.New(handoff.ChannelCounter)}}
package call
