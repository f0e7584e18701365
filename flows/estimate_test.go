package flows

import (
	"os"
	"strings"
	"testing"
)

// The worked examples of the city's own papers, to the last paisa (holding tax:
// annual value, tax, quarter, with rebate; trade licence: VAT, total).
func TestEstimates(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at12 := strings.Replace(string(text), "    holding_rate_shop:\n      value: 23\n", "    holding_rate_shop:\n      value: 12\n", 1)
	if at12 == string(text) {
		t.Fatal("the rate of shops is not where it was")
	}
	home, shop := shipped(t), loaded(t, File{Name: "flows.yaml", Text: []byte(at12)})
	for _, c := range []struct {
		name    string
		catalog *Catalog
		said    []string
		want    []string
	}{
		{"A: own flat, 1,200 sq ft at Tk 6", home, []string{"holding tax estimate", "1", "2", "1200", "1", "skip"}, []string{"value Tk 43,200;", "Tk 5,184 a year", "Tk 1,296 a quarter", "10% off, Tk 4,665.60."}},
		{"B: building at 80,000, own part 20,000, interest 1,20,000", home, []string{"holding tax estimate", "1", "1", "80000", "3", "20000", "120000"}, []string{"value Tk 6,00,000;", "Tk 72,000 a year", "Tk 18,000 a quarter", "Tk 64,800."}},
		{"C: shop at 1,00,000, 23 %", home, []string{"holding tax estimate", "2", "1", "1 lakh", "skip"}, []string{"value Tk 10,00,000; at 23%", "Tk 2,30,000 a year", "Tk 57,500 a quarter", "Tk 2,07,000."}},
		{"C: shop at 1,00,000, 12 %", shop, []string{"holding tax estimate", "2", "1", "100000", "0"}, []string{"value Tk 10,00,000; at 12%", "Tk 1,20,000 a year", "Tk 30,000 a quarter", "Tk 1,08,000."}},
		{"all let", home, []string{"holding tax estimate", "1", "1", "10000", "2", "skip"}, []string{"value Tk 1,00,000;", "Tk 12,000 a year"}},
		{"own part above the whole", home, []string{"holding tax estimate", "1", "1", "10000", "3", "99999", "skip"}, []string{"value Tk 60,000;"}},
		{"interest above the value", home, []string{"holding tax estimate", "1", "1", "10000", "1", "9999999"}, []string{"value Tk 0;", "Tk 0 a year", "Tk 0 a quarter", "Tk 0."}},
		{"renewal: fee 2,000, signboard 600", home, []string{"trade licence renewal", "2000", "600"}, []string{"about Tk 5,990:", "VAT Tk 390,", "source tax Tk 3,000."}},
		{"renewal without a signboard", home, []string{"trade licence renewal", "2000", "skip"}, []string{"about Tk 5,300:", "VAT Tk 300,"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, c.catalog)
			d.face = faces["messenger"]
			said := ""
			for _, line := range append([]string{"english"}, c.said...) {
				for _, m := range d.step(typed(line)).Messages {
					said += m.Text + "\n"
				}
			}
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not said in:\n%s", want, said)
				}
			}
		})
	}
}
