package public

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"nagorik/api/form"
)

// defaultLanguage is what the page speaks until somebody switches.
const defaultLanguage = "bn"

// languages of the page, each with a file in locales/.
var languages = []string{"bn", "en"}

// dhaka is where the city's days begin and end; it has known no summer time
// since 2009.
var dhaka = time.FixedZone("Asia/Dhaka", 6*60*60)

// words are one language's file.
type words struct {
	Text   map[string]string `json:"text"`   // of the page
	Script map[string]string `json:"script"` // of the script
	Faults map[string]string `json:"faults"` // by the code of a refused message
	Time   string            `json:"time"`   // "{hour}:{minute} {part}"
	Parts  []dayPart         `json:"parts"`
	Months []string          `json:"months"`
	Digits string            `json:"digits"` // 0 to 9
}

// dayPart is what a time of day is called from an hour on.
type dayPart struct {
	From int    `json:"from"`
	Name string `json:"name"`
}

func loadWords() (map[string]*words, error) {
	all := make(map[string]*words, len(languages))
	for _, lang := range languages {
		text, err := files.ReadFile("locales/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read locale: %w", err)
		}
		w := new(words)
		if err := json.Unmarshal(text, w); err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
		if len(w.Months) != 12 || len(w.Parts) == 0 || len([]rune(w.Digits)) != 10 {
			return nil, fmt.Errorf("locale %s: months, parts of the day or digits are not whole", lang)
		}
		all[lang] = w
	}
	return all, nil
}

// number writes ASCII digits in the language's own.
func (w *words) number(s string) string {
	digits := []rune(w.Digits)
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return digits[r-'0']
		}
		return r
	}, s)
}

// form are the words of a service's form.
func (w *words) form() form.Words {
	return form.Words{
		Next: w.Text["next"], PhotoSend: w.Text["photo_send"], PhotoMore: w.Text["photo_more"], BoxesMost: w.Text["boxes_most"],
		DateExample: w.Text["date_example"], Taka: w.Text["taka"], Number: w.number,
	}
}

// clock is the time of day on a twelve-hour clock.
func (w *words) clock(t time.Time) string {
	t = t.In(dhaka)
	part := w.Parts[0].Name
	for _, p := range w.Parts {
		if t.Hour() >= p.From {
			part = p.Name
		}
	}
	hour := (t.Hour()+11)%12 + 1
	s := strings.NewReplacer("{part}", part, "{hour}", strconv.Itoa(hour), "{minute}", t.Format("04")).Replace(w.Time)
	return w.number(s)
}

// date is a day in words: "21 November 2026".
func (w *words) date(t time.Time) string {
	t = t.In(dhaka)
	return w.number(strconv.Itoa(t.Day())) + " " + w.Months[t.Month()-1] + " " + w.number(strconv.Itoa(t.Year()))
}

// day is what a line of the chat stands under: today, yesterday or the date.
func (w *words) day(t, now time.Time) string {
	switch dayKey(t) {
	case dayKey(now):
		return w.Script["today"]
	case dayKey(now.Add(-24 * time.Hour)):
		return w.Script["yesterday"]
	}
	return w.date(t)
}

// dayKey is the day of the city's calendar, to compare.
func dayKey(t time.Time) string { return t.In(dhaka).Format(time.DateOnly) }
