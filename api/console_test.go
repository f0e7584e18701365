package api

import (
	"nagorik/handoff"
)

// person makes an account with a password.
func (o *office) person(email, name string, role handoff.Role, teams []string, wards []int) handoff.Agent {
	o.t.Helper()
	a, link, err := o.desk.AddAgent(o.t.Context(), handoff.NewAgent{Email: email, Name: name, Role: role, Teams: teams, Wards: wards})
	if err != nil {
		o.t.Fatal(err)
	}
	if a, err = o.desk.UseLink(o.t.Context(), link, goodPassword); err != nil {
		o.t.Fatal(err)
	}
	return a
}
