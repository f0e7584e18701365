package flows

import (
	"testing"
	"time"
)

// drainageDialogue is a whole report on Messenger, in Bangla, as it is typed.
func drainageDialogue() []Input {
	texts := []string{
		"ড্রেন", "ড্রেন বন্ধ", "ওয়ার্ড ৫", "স্কুল রোড, বড় মসজিদের উল্টো দিকে", "বাদ", "হ্যাঁ",
	}
	inputs := make([]Input, len(texts))
	for i, text := range texts {
		inputs[i] = Input{
			Kind: InputText, Text: text, Face: faces["messenger"], Owner: OwnerBot, Case: 10234,
			At: time.Date(2026, 11, 23, 4, 0, i, 0, time.UTC), Found: Found{Remembered: map[string]Value{}, Mine: []CaseFound{}, Near: []NearFound{}, Return: &ReturnFound{}, RatingAsked: new(time.Time), Desk: map[string]DeskFound{"drainage": {}}},
		}
	}
	return inputs
}

// BenchmarkStep measures one step of the shipped drainage flow: read the session,
// Step, write the session. Its six steps, from the first word to the case number,
// take turns, so the figure is their average.
func BenchmarkStep(b *testing.B) {
	c := shipped(b)
	inputs := drainageDialogue()
	sessions := make([][]byte, len(inputs))
	var session []byte
	for i, in := range inputs {
		sessions[i] = session
		s, err := DecodeSession(session)
		if err != nil {
			b.Fatal(err)
		}
		turn := c.Step(s, in)
		session = turn.Session.AppendJSON(nil)
		if i == len(inputs)-1 && turn.Session.Case != 10234 {
			b.Fatalf("the dialogue opens no case: %+v", turn.Messages)
		}
	}
	buffer := make([]byte, 0, 1024)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s, err := DecodeSession(sessions[n])
		if err != nil {
			b.Fatal(err)
		}
		turn := c.Step(s, inputs[n])
		buffer = turn.Session.AppendJSON(buffer[:0])
		n = (n + 1) % len(inputs)
	}
}
