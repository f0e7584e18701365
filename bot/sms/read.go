package sms

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/flows/bangla"
)

// maxSender is how long a sender may be, in bytes.
const maxSender = 40

// Number reads a sender as E.164: Bangladeshi mobiles in every form they are
// written in, others with their +. Anything beside the number, a short code, or
// an advertiser's name is none.
func Number(sender string) (e164 string, ok bool) {
	s := strings.TrimSpace(bangla.Digits(sender))
	if len(s) > maxSender || strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789+-().  ", r) }) {
		return "", false
	}
	return bangla.Phone(s)
}

// stopWords are what carriers take as "no more messages" when it is the whole
// message (Twilio, "Support for opt-out keywords"); startWords and helpWords
// likewise. YES is one too, but answers questions: who has sent STOP is heard
// by the flows.
var (
	stopWords  = []string{"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT"}
	startWords = []string{"START", "UNSTOP"}
	helpWords  = []string{"HELP", "INFO"}
)

// Keyword is what a carrier makes of a message, empty for nothing.
func Keyword(text string) flows.Carrier {
	word := strings.ToUpper(strings.Join(strings.Fields(text), " "))
	for carrier, words := range map[flows.Carrier][]string{flows.CarrierStop: stopWords, flows.CarrierStart: startWords, flows.CarrierHelp: helpWords} {
		for _, w := range words {
			if word == w {
				return carrier
			}
		}
	}
	return ""
}

// How long a message that came without an id stands for its repeats: the same
// from, to and text within repeatWithin is one message (protocols.md §8). A
// bare number or yes answers one question after another, so it is believed to
// be a repeat only while nobody can have read the next question.
const (
	repeatWithin = 5 * time.Minute
	answerWithin = 15 * time.Second
)

// Unnamed gives an event without an id of the provider's one made of what it
// says. stamp is the provider's time as it was written, empty if it gave none;
// two messages with different stamps are two.
func Unnamed(e *bot.Event, to, stamp string, now time.Time) {
	within := repeatWithin
	if _, number := bangla.Pick(bangla.Fold(e.Text), 99); number || bangla.YesNo(e.Text) != bangla.Unclear {
		within = answerWithin
	}
	h := sha256.New()
	for _, part := range []string{e.Via, e.Address, to, e.Text, stamp} {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	sum := hex.EncodeToString(h.Sum(nil)[:16])
	if stamp != "" {
		e.ProviderID = "unnamed:" + sum
		return
	}
	slice := now.UnixNano() / int64(within)
	e.ProviderID = "unnamed:" + sum + ":" + strconv.FormatInt(slice, 10)
	e.Twin, e.TwinSince = "unnamed:"+sum+":"+strconv.FormatInt(slice-1, 10), now.Add(-within)
}
