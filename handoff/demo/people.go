package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
)

// Common names, as they are written in Bangla and in Latin script.
var (
	givenNames = [][2]string{
		{"রহিম", "Rahim"},
		{"করিম", "Karim"},
		{"সেলিনা", "Selina"},
		{"নাসরিন", "Nasrin"},
		{"জামাল", "Jamal"},
		{"কামাল", "Kamal"},
		{"ফাতেমা", "Fatema"},
		{"আয়েশা", "Ayesha"},
		{"শফিক", "Shafiq"},
		{"মিজান", "Mizan"},
		{"রোকেয়া", "Rokeya"},
		{"সুমন", "Sumon"},
		{"তানভীর", "Tanvir"},
		{"শারমিন", "Sharmin"},
		{"আনোয়ার", "Anwar"},
		{"লিপি", "Lipi"},
		{"মোস্তফা", "Mostafa"},
		{"পারভীন", "Parvin"},
		{"বিপুল", "Bipul"},
		{"রিনা", "Rina"},
		{"হাসান", "Hasan"},
		{"মৌসুমী", "Mousumi"},
	}
	familyNames = [][2]string{
		{"উদ্দিন", "Uddin"},
		{"হোসেন", "Hossain"},
		{"আক্তার", "Akter"},
		{"ইসলাম", "Islam"},
		{"বেগম", "Begum"},
		{"শেখ", "Sheikh"},
		{"মিয়া", "Mia"},
		{"সরকার", "Sarkar"},
		{"দাস", "Das"},
		{"চৌধুরী", "Chowdhury"},
		{"রহমান", "Rahman"},
		{"খাতুন", "Khatun"},
		{"তালুকদার", "Talukder"},
		{"পাল", "Pal"},
	}
)

// agentCount is how many of the staff there are, one team each in turn.
const agentCount = 14

// person is a citizen.
type person struct {
	contact, identity uuid.UUID
	channel, language string
	ward              int
}

// agent is one of the staff.
type agent struct {
	id   uuid.UUID
	team string
}

// settle makes the people and the staff. References are right by construction:
// where the role may, they are not checked again for each row.
func (w *town) settle(ctx context.Context, tx pgx.Tx) error {
	var may bool
	if err := tx.QueryRow(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&may); err != nil {
		return err
	}
	if may {
		if _, err := tx.Exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
	}
	for i := range w.Contacts {
		w.person(i)
		if (i+1)%atOnce == 0 {
			if err := w.rows.copy(ctx, tx); err != nil {
				return err
			}
		}
	}
	w.done.Contacts = w.Contacts
	w.staff()
	return w.rows.copy(ctx, tx)
}

func (w *town) person(i int) {
	at := w.since.Add(-w.between(0, 24*time.Hour))
	p := person{contact: w.id(at), identity: w.id(at), channel: "messenger", language: "bn", ward: w.ward()}
	switch n := w.random.IntN(100); {
	case n < 18:
		p.channel = "web"
	case n < 30:
		p.channel = "sms"
	}
	script := 0
	if w.chance(0.25) {
		script = 1
	}
	if w.chance(0.12) {
		p.language = "en"
	}
	name := pick(w, givenNames)[script] + " " + pick(w, familyNames)[script]
	phone := fmt.Sprintf("+88010%08d", i) // no operator has 010
	address := phone
	if p.channel != "sms" {
		address = fmt.Sprintf("demo-%08d", i)
	}
	w.people = append(w.people, p)
	w.rows.add("contacts", p.contact, name, handoff.FoldName(name), phone, p.ward, p.language, at, at)
	w.rows.add("identities", p.identity, p.contact, p.channel, address, name, at)
}

// ward draws one; some have more people than others.
func (w *town) ward() int {
	i := min(w.random.IntN(len(w.Wards)), w.random.IntN(len(w.Wards)+len(w.Wards)/2+1))
	return w.Wards[i]
}

// staff makes agents of the services' teams. They have no password: nobody can
// sign in as one of them.
func (w *town) staff() {
	var teams []string
	for _, s := range w.Services {
		if s.Team != "" && !slices.Contains(teams, s.Team) {
			teams = append(teams, s.Team)
		}
	}
	if len(teams) == 0 {
		teams = []string{""}
	}
	for i := range max(agentCount, len(teams)) {
		a := agent{w.id(w.since), teams[i%len(teams)]}
		name := givenNames[i%len(givenNames)][0] + " " + familyNames[(i*5+2)%len(familyNames)][0]
		onDuty := i%3 != 2
		w.agents = append(w.agents, a)
		w.rows.add("agents", a.id, fmt.Sprintf("demo%02d@example.org", i+1), name, "agent", []string{a.team}, w.since, onDuty, w.Until.Add(-3*time.Hour), w.Until)
	}
	w.done.Agents = len(w.agents)
}

// of draws one of a team's agents.
func (w *town) of(team string) agent {
	start := w.random.IntN(len(w.agents))
	for i := range w.agents {
		if a := w.agents[(start+i)%len(w.agents)]; a.team == team {
			return a
		}
	}
	return w.agents[start]
}
