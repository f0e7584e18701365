package api

import (
	"fmt"
	"net/url"
	"testing"
)

// TestSearchesOfTheContract asks for one person and their case in every way
// that the contract names, as a program writes it into the address.
func TestSearchesOfTheContract(t *testing.T) {
	o := newOffice(t, nil)
	f, other := o.file("রহিমা খাতুন", "drainage", 12), o.file("Karim Sheikh", "waste", 3)
	for id, set := range map[string]string{
		f.contact.String():     "phone = '+8801712345678', email = 'Rahima@example.org'",
		other.contact.String(): "phone = '+8801912345999', email = 'karim@example.org'",
	} {
		if _, err := o.pool.Exec(t.Context(), "UPDATE contacts SET "+set+" WHERE id = $1", id); err != nil {
			t.Fatal(err)
		}
	}
	number := fmt.Sprint(f.number)
	for what, q := range map[string]string{
		"name in Bangla": "রহিমা", "name in Latin": "Rahima", "other spelling": "rohima khatun",
		"phone": "01712345678", "with country code": "+8801712345678", "without its plus": "8801712345678", "with a space for its plus": " 8801712345678",
		"with international prefix": "008801712345678", "with marks": "01712-345 678", "in Bangla digits": "০১৭১২৩৪৫৬৭৮", "all in Bangla": "+৮৮০ ১৭১২-৩৪৫৬৭৮",
		"part of a phone": "712345678", "e-mail": "rahima@example.org", "e-mail in capitals": "RAHIMA@EXAMPLE.ORG",
		"case number": number, "case number in Bangla": banglaDigits(number), "case number with a mark": "#" + number,
	} {
		t.Run(what, func(t *testing.T) {
			contact := keys(t, "contact", only(t, "contacts", o.get("/api/v1/contacts?q=" + url.QueryEscape(q))["items"]), "id")
			if contact["id"] != f.contact.String() {
				t.Errorf("contact: %v", contact)
			}
			found := keys(t, "case", only(t, "cases", o.get("/api/v1/cases?q=" + url.QueryEscape(q))["items"]), "number")
			if found["number"] != float64(f.number) {
				t.Errorf("case: %v", found)
			}
		})
	}
}

// banglaDigits writes a number in Bangla digits.
func banglaDigits(number string) string {
	digits := []rune(number)
	for i, r := range digits {
		digits[i] = r - '0' + '০'
	}
	return string(digits)
}

func TestFiltersOfTheContractNarrow(t *testing.T) {
	o := newOffice(t, nil)
	mine, other := o.file("রহিমা", "drainage", 12), o.file("Karim", "waste", 3)
	for _, change := range []string{
		"UPDATE cases SET status = 'assigned', kind = 'request', opened_at = '2026-11-20T23:30:00+06:00' WHERE number = %d",
		"UPDATE conversations SET owner = 'bot', closed_at = now() WHERE id = (SELECT conversation_id FROM cases WHERE number = %d)",
	} {
		if _, err := o.pool.Exec(t.Context(), fmt.Sprintf(change, other.number)); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"cases?status=new": mine.contact.String(), "cases?status=assigned": other.contact.String(), "cases?flow=drainage": mine.contact.String(),
		"cases?ward=3": other.contact.String(), "cases?kind=request": other.contact.String(), "cases?from=2026-11-21": mine.contact.String(),
		"cases?to=2026-11-20": other.contact.String(), "cases?from=2026-11-20&to=2026-11-20": other.contact.String(), "cases?from=2026-11-23&to=2026-11-23": mine.contact.String(),
		"cases?q=karim&flow=waste&status=assigned&ward=3&kind=request&from=2026-11-01&to=2026-11-30": other.contact.String(),
		"conversations?owner=queue": mine.contact.String(), "conversations?owner=bot": other.contact.String(), "conversations?team=waste": other.contact.String(),
		"conversations?open=true": mine.contact.String(), "conversations?open=false&owner=bot&team=waste": other.contact.String(),
	} {
		item := keys(t, query, only(t, query, o.get("/api/v1/" + query)["items"]), "contact")
		if who := keys(t, query, item["contact"], "id name"); who["id"] != want {
			t.Errorf("%s: %v", query, item)
		}
	}
	for _, query := range []string{"cases?status=closed", "cases?flow=tax", "cases?ward=4", "cases?kind=question", "cases?from=2026-11-24", "cases?to=2026-11-19", "conversations?owner=agent", "conversations?team=roads"} {
		if items, _ := o.get("/api/v1/" + query)["items"].([]any); len(items) != 0 {
			t.Errorf("%s: %v", query, items)
		}
	}
}
