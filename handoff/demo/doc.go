// Package demo fills an empty record with a year of made-up but plausible
// traffic, for trying the console out and for measuring it. The same seed and
// the same last moment give the same rows.
//
// The shares of the services are those of the real service that domain.md §4.1
// counts; the seasons are ours: drains in the monsoon, mosquitoes after it,
// taxes at the ends of the financial quarters.
//
// Nothing of it leads to anybody: names are common ones drawn by lot, telephone
// numbers begin with a prefix that no operator has, and no message waits to be
// sent.
//
// The types to know: [Options] says how much, [Picture] is a photo that cases
// share, [Done] is what was made.
//
//	done, err := demo.Fill(ctx, pool, demo.Options{Cases: 5000, Contacts: 2000, Seed: 1, Until: time.Now(), Services: catalog.Flows(), Wards: wards})
package demo
