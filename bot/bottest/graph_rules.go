package bottest

import (
	"time"

	"nagorik/bot/lenient"
	"nagorik/flows"
	"nagorik/flows/bangla"
)

// What Meta refuses, from its Send API pages of June 2026. Lengths are counted
// in UTF-16 units, the larger of the two ways it may count.
const (
	graphText         = 2000
	graphReplies      = 13
	graphTitle        = 20
	graphPayload      = 1000
	graphMetadata     = 1000
	graphButtonText   = 640
	graphButtons      = 3
	graphElements     = 10
	graphElementTitle = 80
	graphWindow       = 24 * time.Hour
	graphHumanWindow  = 7 * 24 * time.Hour
)

// sendRequest is the body of a Send API call, read.
type sendRequest struct {
	psid, kind, tag  string
	text, metadata   string
	action           string
	choices          []flows.Choice
	phone, email     bool
	hasText, message bool
	attachment       lenient.Value
	template         bool
	fault            string // the first rule that was broken while reading
}

func readSend(body lenient.Value) (r sendRequest) {
	for name, v := range body.Members() {
		switch string(name) {
		case "recipient":
			r.psid = v.Member("id").ID(64)
		case "messaging_type":
			r.kind, _ = v.Text(0)
		case "tag":
			r.tag, _ = v.Text(0)
		case "sender_action":
			r.action, _ = v.Text(0)
		case "message":
			r.message = true
			r.readMessage(v)
		}
	}
	return r
}

func (r *sendRequest) readMessage(message lenient.Value) {
	for name, v := range message.Members() {
		switch string(name) {
		case "text":
			r.text, r.hasText = v.Text(0)
		case "metadata":
			r.metadata, _ = v.Text(0)
		case "attachment":
			r.attachment = v
		case "template":
			r.template = true
		case "quick_replies":
			r.readReplies(v)
		}
	}
}

func (r *sendRequest) readReplies(list lenient.Value) {
	n := 0
	for v := range list.Items() {
		n++
		kind, _ := v.Member("content_type").Text(0)
		switch kind {
		case "text":
			title, _ := v.Member("title").Text(0)
			payload, _ := v.Member("payload").Text(0)
			r.breaks(title == "" || bangla.UTF16Len(title) > graphTitle, "Length of param quick_replies[title] must be between 1 and 20")
			r.breaks(bangla.UTF16Len(payload) > graphPayload, "Length of param quick_replies[payload] must be less than or equal to 1000")
			r.choices = append(r.choices, flows.Choice{Title: title, Payload: payload})
		case "user_phone_number":
			r.phone = true
		case "user_email":
			r.email = true
		default:
			r.breaks(true, "Param quick_replies[content_type] must be one of {text, user_phone_number, user_email}")
		}
	}
	r.breaks(n == 0 || n > graphReplies, "Param quick_replies must have between 1 and 13 elements")
}

// breaks notes a broken rule, the first one for good.
func (r *sendRequest) breaks(broken bool, rule string) {
	if broken && r.fault == "" {
		r.fault = rule
	}
}

// check holds the request against the rules that need no memory.
func (r *sendRequest) check() (graphError, bool) {
	if bangla.UTF16Len(r.text) > graphText {
		return mustError("err_bad_param_100_text_too_long"), true
	}
	r.breaks(r.psid == "", "Param recipient[id] must be a valid ID string")
	attached := r.attachment.Kind() == lenient.Object
	r.breaks(!r.message || !attached && !r.template && r.text == "", "Param message must be non-empty.")
	r.breaks(attached && r.hasText, "Param message must have text or attachment, not both")
	r.breaks(bangla.UTF16Len(r.metadata) > graphMetadata, "Length of param message[metadata] must be less than or equal to 1000")
	if attached {
		r.checkAttachment()
	}
	switch r.kind {
	case "", "RESPONSE", "UPDATE":
		r.breaks(r.tag != "", "Param tag needs messaging_type MESSAGE_TAG")
	case "UTILITY":
		r.breaks(!r.template, "Param message[template] is needed for UTILITY")
	case "MESSAGE_TAG":
		if r.tag != "HUMAN_AGENT" {
			return mustError("err_deprecated_tag_100"), true
		}
	default:
		r.breaks(true, "Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}")
	}
	if r.fault != "" {
		return badParam(r.fault), true
	}
	return graphError{}, false
}

func (r *sendRequest) checkAttachment() {
	kind, _ := r.attachment.Member("type").Text(0)
	payload := r.attachment.Member("payload")
	r.breaks(kind == "", "Param message[attachment][type] must be set")
	if kind != "template" {
		return
	}
	template, _ := payload.Member("template_type").Text(0)
	switch template {
	case "button":
		text, _ := payload.Member("text").Text(0)
		r.breaks(text == "" || bangla.UTF16Len(text) > graphButtonText, "Length of param text must be between 1 and 640")
		r.checkButtons(payload.Member("buttons"), 1)
	case "generic":
		n := 0
		for e := range payload.Member("elements").Items() {
			n++
			title, _ := e.Member("title").Text(0)
			r.breaks(title == "" || bangla.UTF16Len(title) > graphElementTitle, "Length of param title must be between 1 and 80")
			r.checkButtons(e.Member("buttons"), 0)
		}
		r.breaks(n == 0 || n > graphElements, "Param elements must have between 1 and 10 elements")
	}
}

func (r *sendRequest) checkButtons(list lenient.Value, least int) {
	n := 0
	for b := range list.Items() {
		n++
		title, _ := b.Member("title").Text(0)
		payload, _ := b.Member("payload").Text(0)
		r.breaks(title == "" || bangla.UTF16Len(title) > graphTitle, "Length of param buttons[title] must be between 1 and 20")
		r.breaks(bangla.UTF16Len(payload) > graphPayload, "Length of param buttons[payload] must be less than or equal to 1000")
	}
	r.breaks(n < least || n > graphButtons, "Param buttons must have between 1 and 3 elements")
}

// inWindow says whether the person may be written to now; the lock is held.
func (g *Graph) inWindow(r *sendRequest, now time.Time) (graphError, bool) {
	heard, known := g.heard[r.psid]
	switch {
	case !known && g.opt.Known:
		return mustError("err_no_matching_user_100_2018001"), false
	case !known || r.kind == "UTILITY":
		return graphError{}, true
	}
	window := graphWindow
	if r.kind == "MESSAGE_TAG" {
		window = graphHumanWindow
	}
	if now.Sub(heard) >= window {
		return mustError("err_outside_window_10_2018278"), false
	}
	return graphError{}, true
}

// mustError is an embedded error whose name is written in this file; that all
// of them are there is tested.
func mustError(name string) graphError {
	e, err := namedError(name)
	if err != nil {
		return badParam(err.Error())
	}
	return e
}
