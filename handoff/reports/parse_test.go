package reports

import "testing"

func TestFilesThatAreNoReports(t *testing.T) {
	const good = "-- title en: A\n-- title bn: ক\n-- filters: flow\n-- counts: case daily\n-- column day day: when\n-- Anything else: is for the reader?\nSELECT 1\n"
	r, err := parse("a", good)
	if err != nil || r.query != "SELECT 1" || len(r.Columns) != 1 || len(r.Filters) != 1 || len(r.counts) != 1 || !r.daily {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, text := range map[string]string{
		"no title":       "-- title en: A\n-- column day day: when\nSELECT 1",
		"no columns":     "-- title en: A\n-- title bn: ক\nSELECT 1",
		"no query":       "-- title en: A\n-- title bn: ক\n-- column day day: when\n",
		"no counts":      "-- title en: A\n-- title bn: ক\n-- column day day: when\nSELECT 1",
		"unknown line":   good + "-- counts: case|moons\n",
		"unknown spread": good + "-- spread: moons by flow\n",
		"unknown filter": good + "-- filters: moon\n",
		"unknown type":   good + "-- column day moon: when\n",
		"question mark":  good + "WHERE a ? 'b'",
	} {
		if r, err := parse("a", text); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
