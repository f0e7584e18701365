package notices

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"nagorik/flows"
)

var (
	usual = []flows.Way{flows.WayMessenger, flows.WayTemplate, flows.WaySMS, flows.WayMail, flows.WayWeb}
	noon  = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)
)

// reach builds what is known of a person: "messenger-2h" has written on
// Messenger two hours ago, "sms-stopped" has sent STOP by SMS, "phone" and
// "mail" have told theirs, "template" has one in the catalogue.
func reach(words string) Reach {
	r := Reach{On: map[string]bool{"messenger": true, "sms": true, "mail": true, "web": true}}
	for _, w := range strings.Fields(words) {
		name, how, _ := strings.Cut(w, "-")
		switch name {
		case "phone":
			r.Phone = "+8801712345678"
		case "mail":
			r.Email = "rahim@example.org"
		case "template":
			r.Template = true
		case "off":
			r.On[how] = false
		default:
			i := Identity{ID: uuid.New(), Channel: name, Address: "1", Muted: how == "stopped", Heard: noon}
			if ago, err := time.ParseDuration(how); err == nil {
				i.Heard = noon.Add(-ago)
			}
			if name == "messenger" {
				i.Closes = i.Heard.Add(24 * time.Hour)
			}
			r.Identities = append(r.Identities, i)
		}
	}
	return r
}

func TestPlan(t *testing.T) {
	for _, row := range []struct{ reach, also, want string }{
		{"messenger-2h", "", "messenger template(window open) sms(no address) mail(no address) web(no address)"},
		{"messenger-23h49m59s phone", "", "messenger template(window open) sms mail(no address) web(no address)"},
		{"messenger-23h50m phone", "", "messenger(window closed) template(no template) sms mail(no address) web(no address)"},
		{"messenger-30h phone template", "", "messenger(window closed) template sms mail(no address) web(no address)"},
		{"messenger-2h off-messenger phone mail", "", "messenger(switched off) template(switched off) sms mail web(no address)"},
		{"messenger-stopped mail", "", "messenger(stopped) template(stopped) sms(no address) mail web(no address)"},
		{"sms-stopped phone", "", "messenger(no address) template(no address) sms(stopped) mail(no address) web(no address)"},
		{"sms-stopped sms-400h", "", "messenger(no address) template(no address) sms mail(no address) web(no address)"},
		{"web-1h", "", "messenger(no address) template(no address) sms(no address) mail(no address) web"},
		{"sms-1h mail", "mail", "messenger(no address) template(no address) sms web(no address) +mail"},
		{"sms-1h", "mail", "messenger(no address) template(no address) sms web(no address) +mail(no address)"},
		{"", "", "messenger(no address) template(no address) sms(no address) mail(no address) web(no address)"},
	} {
		var also []flows.Way
		if row.also != "" {
			also = []flows.Way{flows.Way(row.also)}
		}
		var got []string
		for _, h := range Plan(reach(row.reach), usual, also, noon) {
			s := string(h.Way)
			if h.Beside {
				s = "+" + s
			}
			if h.Status != StatusPlanned {
				s += "(" + h.Reason + ")"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%q\nis planned as %s\nwant          %s", row.reach, s, row.want)
		}
	}
}

// Whatever becomes of the ways: of those of which one is enough none is tried
// after one has arrived, each is worked on once, and the end is reached.
func TestEveryPlanEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hops := make([]Hop, rapid.IntRange(0, 6).Draw(t, "ways"))
		for i := range hops {
			hops[i].Beside = rapid.Bool().Draw(t, fmt.Sprintf("beside %d", i))
			hops[i].Status = rapid.SampledFrom([]Status{StatusPlanned, StatusSkipped}).Draw(t, fmt.Sprintf("status %d", i))
		}
		arrived := false
		for step := 0; ; step++ {
			i := Next(hops)
			if i < 0 {
				break
			}
			if step > len(hops) {
				t.Fatal("it never ends")
			}
			if hops[i].Status != StatusPlanned {
				t.Fatalf("way %d is worked on, and is %s", i, hops[i].Status)
			}
			if arrived && !hops[i].Beside {
				t.Fatalf("way %d is tried after another has arrived", i)
			}
			hops[i].Status = rapid.SampledFrom([]Status{StatusSent, StatusFailed, StatusUnknown, StatusDelivered}).Draw(t, fmt.Sprintf("becomes %d", i))
			arrived = arrived || !hops[i].Beside && hops[i].Status.arrived()
		}
		told := false
		for _, h := range hops {
			told = told || h.Status == StatusSent || h.Status == StatusDelivered
		}
		if (OutcomeOf(hops) == Told) != told {
			t.Fatalf("%v came to %s", hops, OutcomeOf(hops))
		}
	})
}
