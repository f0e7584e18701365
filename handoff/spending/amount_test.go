package spending_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"nagorik/handoff/handofftest"
	"nagorik/handoff/spending"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

func TestAmounts(t *testing.T) {
	for _, row := range []struct {
		typed string
		signs int
		want  string // empty: it is refused
	}{
		{"0.25", 4, "0.25"},
		{"০.২৩৭৫", 4, "0.2375"},
		{" ৳ 1,20,000 ", 2, "120000.00"},
		{".5", 4, "0.50"},
		{"0", 4, "0.00"},
		{"0.23755", 4, ""},
		{"1.", 2, ""},
		{"-1", 2, ""},
		{"1e3", 2, ""},
		{"", 2, ""},
		{".", 2, ""},
		{"12345678901", 2, ""},
	} {
		got, ok := spending.ParseAmount(row.typed, row.signs)
		if ok != (row.want != "") || ok && got.String() != row.want {
			t.Errorf("%q: %s, %v, want %q", row.typed, got, ok, row.want)
		}
	}
	for told, want := range map[string]string{"12.345678": "12.34567", "BDT 1,204.5 left": "1204.50", "-3": "-3.00", "Tk. 7": "7.00", "-.5": "-0.50", "৳ -2": "-2.00", "0": "0.00", "-0.001": "-0.001"} {
		if got, ok := spending.ReadTold(told); !ok || got.String() != want {
			t.Errorf("%q: %s, %v, want %q", told, got, ok, want)
		}
	}
	if _, ok := spending.ReadTold("none"); ok {
		t.Error("a word is an amount")
	}
	for a, want := range map[spending.Amount]string{spending.Taka / 200: "0.01", spending.Taka/200 - 1: "0.00", -spending.Taka / 200: "-0.01"} {
		if got := a.Rounded(); got.String() != want {
			t.Errorf("%s is rounded to %s, want %s", a, got, want)
		}
	}
}

// Whatever an amount is, it is read as it was written.
func TestAmountsAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := spending.Amount(rapid.Int64Range(0, int64(spending.MaxBudget)).Draw(t, "amount"))
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back spending.Amount
		if err := json.Unmarshal(raw, &back); err != nil || back != a {
			t.Fatalf("%s was read as %s: %v", raw, back, err)
		}
	})
}

func TestWhatAnSMSCosts(t *testing.T) {
	prices := spending.Prices{"city": {Gateway: "city", Plain: 25_000, Unicode: 37_500}}
	for _, row := range []struct {
		gateway  string
		segments int
		unicode  bool
		want     string
	}{
		{"city", 3, false, "0.75"}, {"city", 2, true, "0.75"}, {"city", 0, true, "0.00"}, {"other", 1, true, ""}, {"city", -1, true, ""},
	} {
		got, ok := prices.Of(row.gateway, row.segments, row.unicode)
		if ok != (row.want != "") || ok && got.String() != row.want {
			t.Errorf("%+v: %s, %v", row, got, ok)
		}
	}
}
