package handoff_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

// How many people BenchmarkSearch has on record: -contacts 1000000.
var searched = flag.Int("contacts", 20_000, "people on record in BenchmarkSearch")

// Names of its people, the commonest first: a name's share falls with its place.
var (
	givenNames = []string{
		"মোহাম্মদ", "রহিম", "করিম", "ফাতেমা", "আয়েশা", "আব্দুল", "সালমা", "নাসরিন", "জাহাঙ্গীর", "শফিকুল", "রফিকুল", "মরিয়ম", "হাসান", "হোসেন", "সুমন", "শাহীন",
		"Rahim", "Karim", "Fatema", "Mohammad", "Nasrin", "Jahangir", "Shafiqul", "Sumon", "রিনা", "মিনা", "লাকী", "বিউটি", "তানভীর", "সাদিয়া", "ইমরান", "নুসরাত",
		"পলাশ", "শিউলি", "কামাল", "জামাল", "বকুল", "টুটুল", "Tanvir", "Sadia", "Imran", "Nusrat", "Kamal", "Jamal", "অনিমেষ", "প্রিয়াঙ্কা", "দীপঙ্কর", "Zeba",
	}
	familyNames = []string{
		"ইসলাম", "হোসেন", "আক্তার", "বেগম", "খাতুন", "উদ্দিন", "আহমেদ", "রহমান", "মিয়া", "আলী", "Islam", "Hossain", "Akter", "Begum", "Khatun", "Uddin",
		"Ahmed", "Rahman", "শেখ", "সরকার", "চৌধুরী", "দাস", "রায়", "বিশ্বাস", "মজুমদার", "তালুকদার", "Sheikh", "Sarkar", "Chowdhury", "Das", "Roy", "Talukder",
	}
)

// drawn is a name whose share falls with its place in the list.
func drawn(r *rand.Rand, names []string) string {
	n := float64(len(names))
	return names[min(len(names)-1, int(n*r.Float64()*r.Float64()))]
}

// census puts people on record, each with an address, a conversation, and every
// third with a case and a holding number.
func census(b *testing.B, pool *pgxpool.Pool, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	folded := map[string]string{}
	ids := make([]uuid.UUID, n)
	talks := make([]uuid.UUID, n)
	for i := range ids {
		ids[i], talks[i] = handoff.NewID(), handoff.NewID()
	}
	copied := func(table string, columns []string, count int, row func(i int) []any) {
		rows := pgx.CopyFromSlice(count, func(i int) ([]any, error) { return row(i), nil })
		if _, err := pool.CopyFrom(context.Background(), pgx.Identifier{table}, columns, rows); err != nil {
			b.Fatal(err)
		}
	}
	copied("contacts", []string{"id", "name", "name_folded", "phone", "email", "ward", "language", "created_at", "updated_at"}, n, func(i int) []any {
		name := drawn(r, givenNames) + " " + drawn(r, familyNames)
		if folded[name] == "" {
			folded[name] = handoff.FoldName(name)
		}
		phone, mail := "", ""
		if i%2 == 0 {
			phone = fmt.Sprintf("+88017%08d", i*61%100_000_000)
		}
		if i%10 == 0 {
			mail = fmt.Sprintf("person%d@example.org", i)
		}
		return []any{ids[i], name, folded[name], phone, mail, int32(1 + i%36), "bn", at, at}
	})
	copied("identities", []string{"id", "contact_id", "channel", "address", "name", "created_at"}, n, func(i int) []any {
		if i%3 == 0 {
			return []any{ids[i], ids[i], "sms", fmt.Sprintf("+88018%08d", i*37%100_000_000), "", at}
		}
		return []any{ids[i], ids[i], "messenger", fmt.Sprintf("61%014d", i), "", at}
	})
	copied("conversations", []string{"id", "identity_id", "contact_id", "channel", "version", "owner", "team", "checkpoint", "opened_at", "last_in_at", "last_at", "closed_at"}, n, func(i int) []any {
		return []any{talks[i], ids[i], ids[i], "messenger", int64(1), "bot", []string{"drainage", "roads", "waste"}[i%3], "{}", at, at, at, at}
	})
	third := n / 3
	copied("remembered", []string{"contact_id", "slot", "type", "value", "at"}, third, func(i int) []any {
		return []any{ids[i*3], "holding_no", "text", fmt.Sprintf(`"%d/%d"`, i*7%90_000, i%40), at}
	})
	copied("cases", []string{"number", "flow", "kind", "title", "status", "team", "ward", "contact_id", "conversation_id", "channel", "answers", "opened_at", "updated_at", "place"}, third, func(i int) []any {
		return []any{int64(10_001 + i), "drainage", "complaint", "Drain", "closed", "drainage", int32(1 + i%36), ids[i*3], talks[i*3], "messenger", "{}", at, at, ""}
	})
	if _, err := pool.Exec(context.Background(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSearch finds people in the one box, each kind of what is typed there
// by itself, as a supervisor and as an agent of one team. Its yardstick is the
// reading of one contact by its id.
func BenchmarkSearch(b *testing.B) {
	pool, err := pgxpool.New(b.Context(), handofftest.DSN(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	began := time.Now()
	census(b, pool, *searched)
	b.Logf("%d people on record after %.0f s", *searched, time.Since(began).Seconds())
	desk, err := handoff.New(handoff.Options{Pool: pool, Secret: []byte(secretKey)})
	if err != nil {
		b.Fatal(err)
	}
	team := handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleAgent, Teams: []string{"roads"}}
	b.Run("yardstick=one-by-id", func(b *testing.B) {
		timed(b, func() {
			var name string
			if err := pool.QueryRow(b.Context(), `SELECT name FROM contacts ORDER BY id LIMIT 1`).Scan(&name); err != nil {
				b.Fatal(err)
			}
		})
	})
	for _, q := range []struct{ kind, typed string }{
		{"common-name", "rahim"},
		{"common-name-Bangla", "রহিম"},
		{"whole-name", "Rohim Uddin"},
		{"family-name", "islam"},
		{"rare-name", "zeba talukder"},
		{"variant", "প্রিয়াংকা"},
		{"two-letters", "ra"},
		{"nobody", "xylophone"},
		{"phone", "01700000061"},
		{"part-of-a-phone", "0000061"},
		{"last-digits", "00061"},
		{"mail", "person10@example"},
		{"mail-common", "@example.org"},
		{"case", "10002"},
		{"holding", "৭০০/১"},
		{"nobody's-number", "9999999"},
	} {
		for who, v := range map[string]handoff.Viewer{"all": all, "team": team} {
			b.Run(q.kind+"/"+who, func(b *testing.B) {
				timed(b, func() {
					page, err := desk.Contacts(b.Context(), v, handoff.ContactFilter{Query: q.typed, PageOf: handoff.PageOf{Limit: 20}})
					if err != nil {
						b.Fatal(err)
					}
					if page.Next != "" && len(page.Items) != 20 {
						b.Fatalf("%d on a page that is not the last", len(page.Items))
					}
				})
			})
		}
	}
}

// timed does something as often as the benchmark wants and tells the median
// and the 99th percentile in milliseconds.
func timed(b *testing.B, do func()) {
	b.Helper()
	var took []time.Duration
	do() // what is read for the first time comes from the disk
	for b.Loop() {
		at := time.Now()
		do()
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	ms := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(.5), "p50-ms")
	b.ReportMetric(ms(.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}
