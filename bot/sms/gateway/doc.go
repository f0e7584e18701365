// Package gateway is an SMS gateway that speaks HTTP, whichever it is: what to
// call, how to tell its answers, and how it calls us is a profile, a piece of
// YAML (protocols.md §3.6). A new aggregator needs no release.
//
//	profiles:
//	  city:
//	    extends: sslwireless        # a profile that is built in
//	    cfg: {sid: CITYNAME}        # {{cfg.sid}}; {{secret.api_token}} is the setting SMS_CITY_API_TOKEN
//
// The types to know: [Gateway], one profile at work, which is a link of
// package sms; [Options] of [Load], which reads a file of profiles; and
// [Preview], the request that a message would cause.
//
//	gateways, err := gateway.Load(text, os.Getenv, "https://city.example", gateway.Options{File: "gateways.yaml"})
//	for _, g := range gateways {
//		delivery, err := g.Receive(ctx, call)   // at /channels/sms/{name} and …/status
//	}
//
// A request is made of a tree, never of one text: each leaf is filled in first
// and encoded afterwards, so that no message breaks out of its place.
package gateway
