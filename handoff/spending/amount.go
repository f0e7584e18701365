package spending

import (
	"fmt"
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// Amount is money in hundred-thousandths of a currency: of ৳, a thousandth of a
// paisa. A sum of it is exact.
type Amount int64

// Taka is ৳1.
const Taka Amount = 100_000

// Bounds of amounts that are typed or told.
const (
	MaxPrice   = 1000 * Taka          // of a segment
	MaxBudget  = 1_000_000_000 * Taka // of a month, and the largest balance that is believed
	priceSigns = 4                    // digits behind the point of a price
	sumSigns   = 2                    // of a budget
	amountUnit = 5                    // digits behind the point that an Amount holds
)

// String writes an amount with two digits behind the point, or as many as it
// needs: 0.25, 0.2375, 1200.00.
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	rest := strings.TrimRight(fmt.Sprintf("%0*d", amountUnit, int64(a%Taka)), "0")
	for len(rest) < sumSigns {
		rest += "0"
	}
	return sign + strconv.FormatInt(int64(a/Taka), 10) + "." + rest
}

// Rounded is an amount to the nearest paisa.
func (a Amount) Rounded() Amount {
	const paisa = Taka / 100
	if a < 0 {
		return -(-a).Rounded()
	}
	return (a + paisa/2) / paisa * paisa
}

// MarshalText writes an amount as String does.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an amount as ParseAmount does.
func (a *Amount) UnmarshalText(text []byte) error {
	v, ok := ParseAmount(string(text), amountUnit)
	if !ok {
		return fmt.Errorf("%q is no amount", text)
	}
	*a = v
	return nil
}

// ParseAmount reads an amount as people type it, in Bangla or Latin digits:
// 0.25, ০.২৫, ৳1,200. False for what is none, is below zero, has more than signs
// digits behind the point, or is beyond MaxBudget.
func ParseAmount(s string, signs int) (Amount, bool) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(bangla.Digits(s)), "৳"))
	whole, rest, point := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	if len(whole) > 10 || len(rest) > signs || whole == "" && rest == "" || point && rest == "" || strings.Trim(whole+rest, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+rest+strings.Repeat("0", amountUnit-len(rest)), 10, 64)
	if err != nil || Amount(n) > MaxBudget {
		return 0, false
	}
	return Amount(n), true
}

// ReadTold reads an amount that a provider tells: it may have more digits
// behind the point than are kept, a sign and a word around it. False for none.
func ReadTold(s string) (Amount, bool) {
	from := strings.IndexAny(s, "0123456789")
	if from < 0 {
		return 0, false
	}
	if strings.HasSuffix(s[:from], " .") || s[:from] == "." || strings.HasSuffix(s[:from], "-.") {
		from--
	}
	below := strings.HasSuffix(s[:from], "-")
	s = s[from:]
	if end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.,", r) }); end >= 0 {
		s = s[:end]
	}
	whole, rest, _ := strings.Cut(s, ".")
	if rest = rest[:min(len(rest), amountUnit)]; rest != "" {
		whole += "." + rest
	}
	a, ok := ParseAmount(whole, amountUnit)
	if below {
		a = -a
	}
	return a, ok
}
