package bench

import (
	"math/rand/v2"
	"strings"
	"testing"

	"nagorik/flows"
)

func TestAnswer(t *testing.T) {
	choice := func(payload string) flows.Choice { return flows.Choice{Title: "title of " + payload, Payload: payload} }
	cases := []struct {
		name     string
		text     string
		choices  []flows.Choice
		payloads []string // what may be tapped; none: words are typed
		asked    bool
		number   int64
	}{
		{
			"a list of troubles", "ড্রেনের কী সমস্যা?",
			[]flows.Choice{choice("drainage/ask_trouble=water"), choice("drainage/ask_trouble=slab")},
			[]string{"drainage/ask_trouble=water", "drainage/ask_trouble=slab"},
			true, 0,
		},
		{"a ward is typed", "ওয়ার্ড?", []flows.Choice{choice("drainage/ask_ward=unknown")}, nil, true, 0},
		{"a place is typed", "ঠিক কোথায়?", nil, nil, true, 0},
		{"details are typed", "সমস্যাটি এক-দুই লাইনে লিখুন।", nil, nil, true, 0},
		{"a photo is skipped", "একটি ছবি দিন", []flows.Choice{choice("drainage/ask_photo=!skip")}, []string{"drainage/ask_photo=!skip"}, true, 0},
		{
			"yes to the summary", "বাড়ি ১২৩৪৫\nজমা দেব?",
			[]flows.Choice{choice("drainage/ask_sure=no"), choice("drainage/ask_sure=yes")},
			[]string{"drainage/ask_sure=yes"},
			true, 0,
		},
		{"commands are not answers", "?", []flows.Choice{choice("f/s=!back"), choice("f/s=one"), choice("f/s=!agent")}, []string{"f/s=one"}, true, 0},
		{"receipt in Bangla", "অভিযোগ জমা হয়েছে। নম্বর ১০০২৩। ২ দিনের মধ্যে", nil, nil, false, 10023},
		{"receipt in English", "Report submitted, No. 123456.", nil, nil, false, 123456},
		{"a smaller number is no case", "২ দিন, 999 এবং ১০০০০", nil, nil, false, 0},
		{"a greeting", "স্বাগতম! বন্ধ করতে STOP লিখুন।\nFor English type ENGLISH.", nil, nil, false, 0},
		{"a warning", "শিশুদের দূরে রাখুন।", nil, nil, false, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			for range 20 {
				w, asked, number := Answer(r, c.text, c.choices)
				if number != c.number || asked != c.asked {
					t.Fatalf("asked %v, case %d; want %v, %d", asked, number, c.asked, c.number)
				}
				if !asked {
					continue
				}
				if w.Tapped != (c.payloads != nil) {
					t.Fatalf("answered %+v", w)
				}
				if w.Tapped && !strings.Contains(strings.Join(c.payloads, " ")+" ", w.Choice.Payload+" ") {
					t.Fatalf("tapped %q", w.Choice.Payload)
				}
				if !w.Tapped && w.Text == "" {
					t.Fatal("said nothing")
				}
			}
		})
	}
}

func TestCaseNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "No. 10001": 10001, "No. 10000": 0, "নম্বর ১০০০১": 10001, "9999, নম্বর ১০০০২।": 10002, "No. 12345678901234567": 0,
		"ওয়াসা: ১৬১৬২। উত্তর দিন।": 0,
	} {
		if got := caseNumber(text); got != want {
			t.Errorf("case number of %q is %d, want %d", text, got, want)
		}
	}
}
