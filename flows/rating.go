package flows

import (
	"strconv"
	"time"

	"nagorik/flows/bangla"
)

// When somebody of the staff has ended a conversation, the person can be asked
// once how satisfied they are, from 1 to 5. The question outlives the
// conversation: the next message answers it, or is a message like any other.

// ReleaseRate is the Payload of InputResume that ends a conversation and asks.
const ReleaseRate = "rate"

// Bounds of the question.
const (
	bestRating  = 5
	ratingEvery = 7 * 24 * time.Hour // one person is asked at most once in this time
)

// AskRating notes that the person was asked how satisfied they are.
type AskRating struct{}

// Rate keeps the answer with the conversation that was ended: 1 to 5, 5 is the
// best.
type Rate struct{ Score int }

func (AskRating) effect() {}
func (Rate) effect()      {}

// endedByDesk ends the conversation, perhaps with the question.
func (t *turn) endedByDesk() {
	if asks := t.in.Payload == ReleaseRate; asks && t.in.Found.RatingAsked == nil {
		t.need(Lookup{Kind: LookupRating})
		return
	}
	t.setAside("the desk ended the conversation")
	t.s.Ask, t.s.Offer, t.s.Misses, t.out.End = "", nil, 0, true
	if asked := t.in.Found.RatingAsked; asked == nil || !asked.IsZero() && t.in.At.Sub(*asked) < ratingEvery {
		t.say(t.c.texts["agent_out"])
		return
	}
	t.addLead(t.c.texts["agent_out"])
	t.effect(AskRating{})
	t.s.Ask, t.s.Fixed = askRating, 0
	t.promptAsk()
}

func (t *turn) promptRating() {
	options := make([]option, bestRating)
	for i := range options {
		score := strconv.Itoa(i + 1)
		options[i] = option{t.c.digits(score, t.lang), payloadAsk + "/" + askRating + "=" + score, -1}
	}
	t.question(t.c.texts["ask_rating"], options, "")
}

// rated takes the answer to the question. It is put only once: what is no answer
// goes on without it.
func (t *turn) rated() bool {
	if t.s.Ask != askRating {
		return false
	}
	t.s.Ask = ""
	score := t.score()
	if score == 0 {
		return false
	}
	t.effect(Rate{Score: score})
	t.sayAs(Receipt, t.c.texts["rated"])
	return true
}

// score is the answer, 0 for none. While a person answers the conversation
// nothing is meant for the bot.
func (t *turn) score() int {
	if t.in.Owner != OwnerBot && t.in.Owner != "" {
		return 0
	}
	text := t.folded
	switch t.in.Kind {
	case InputText:
	case InputChoice:
		scope, value := splitPayload(t.in.Payload)
		if scope == payloadAsk+"/"+askRating {
			text = value
		} else if scope != t.in.Payload {
			return 0 // a button of another question
		}
	default:
		return 0
	}
	if len(text) > maxPick {
		return 0
	}
	score, ok := bangla.Rating(text)
	if !ok {
		return 0
	}
	return score
}
