package flows_test

import (
	"fmt"
	"os"
	"time"

	"nagorik/flows"
	"nagorik/flows/place"
)

// A citizen writes by SMS; the bot asks back. The session travels as JSON.
func Example() {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	catalog, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: text})
	for _, f := range faults {
		if !f.Warning {
			fmt.Println(f)
		}
	}

	var stored []byte
	for _, said := range []string{"english", "garbage", "4"} {
		session, err := flows.DecodeSession(stored)
		if err != nil {
			fmt.Println(err)
			return
		}
		turn := catalog.Step(session, flows.Input{
			Kind: flows.InputText, Text: said,
			At:    time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
			Face:  flows.Face{Name: "sms", Short: true},
			Found: flows.Found{Remembered: map[string]flows.Value{"ward": flows.NumberValue(5)}},
		})
		stored = turn.Session.AppendJSON(nil)
		if said == "4" {
			fmt.Println(turn.Messages[0].Text)
		}
	}
	fmt.Println(string(stored))
	// Output:
	// Where exactly? Type road, house or a nearby landmark.
	// {"language":"en","flow":"waste","state":"ask_place","answers":{"ward":5,"trouble":["animal"]},"known":["ward"],"trail":["ask_trouble"],"at":1795428000,"ward_by":"remembered"}
}
