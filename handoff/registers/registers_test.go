package registers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/xuri/excelize/v2"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// office is a store with a supervisor.
type office struct {
	*Store
	t    testing.TB
	desk *handoff.Desk
	boss handoff.Viewer
	at   time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	o := &office{t: t, at: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), boss: handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleSupervisor}}
	now := func() time.Time { return o.at }
	if o.Store, err = New(pool, filepath.Join(t.TempDir(), "registers"), now); err != nil {
		t.Fatal(err)
	}
	if o.desk, err = handoff.New(handoff.Options{Pool: pool, Now: now, Secret: []byte("a key of the tests that nobody else has")}); err != nil {
		t.Fatal(err)
	}
	o.exec(`INSERT INTO agents (id, email, name, role, created_at) VALUES ($1, 'boss@city.example', 'Boss', 'supervisor', now())`, o.boss.AgentID)
	return o
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.pool.Exec(context.Background(), sql, args...); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
}

func (o *office) upload(file, text string) Version {
	o.t.Helper()
	v, err := o.Upload(o.t.Context(), o.boss, "holdings", file, strings.NewReader(text))
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

// load loads a version with the columns as they were guessed.
func (o *office) load(v Version) Version {
	o.t.Helper()
	if err := o.Load(o.t.Context(), o.boss, v.ID, Choice{Columns: v.Columns, Proof: v.Column(flows.FieldPhone) >= 0}); err != nil {
		o.t.Fatal(err)
	}
	return o.worked(v.ID)
}

func (o *office) worked(id uuid.UUID) Version {
	o.t.Helper()
	if err := o.Turn(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	v, err := o.Version(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) find(ask handoff.Ask, key string) *flows.RegisterFound {
	o.t.Helper()
	at := flows.RowKey{Register: "holdings", Key: flows.RegisterKey(key)}
	ask.Wants = []flows.Lookup{{Kind: flows.LookupRegister, Register: at.Register, Key: at.Key}}
	found := &flows.Found{}
	if err := o.desk.LookUp(o.t.Context(), []handoff.Ask{ask}, []*flows.Found{found}); err != nil {
		o.t.Fatal(err)
	}
	return found.Registers[at]
}

const holdings = "হোল্ডিং নম্বর;মালিকের নাম;মোবাইল;বকেয়া (টাকা);শেষ পরিশোধ\n" +
	"১২/ক;রহিমা খাতুন;০১৭১২-৩৪৫৬৭৮;১,২৩,৪৫৬.৫০;২৩/১১/২০২৫\n" +
	"13;আব্দুল করিম;;0;\n"

func TestTableIsLoadedAndLookedUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if r := o.find(handoff.Ask{}, "13"); r.Loaded || r.Found {
		t.Fatalf("before anything is uploaded: %+v", r)
	}
	v := o.upload("হোল্ডিং.csv", "\ufeff"+holdings)
	var guessed []string
	for _, c := range v.Columns {
		guessed = append(guessed, c.Name+":"+string(c.Type))
	}
	if got := strings.Join(guessed, " "); got != "key:text owner:name phone:text due:amount paid_on:date" {
		t.Errorf("guessed %s", got)
	}
	if len(v.Sample) != 2 || v.Status != Uploaded {
		t.Errorf("%d rows are shown before it is loaded, status %s", len(v.Sample), v.Status)
	}
	v = o.load(v)
	if v.Status != Loaded || !v.InForce || v.Rows != 2 || v.Faults != 0 || len(v.Sample) != 0 || v.Read != v.Bytes {
		t.Fatalf("loaded: %+v", v)
	}
	if left, _ := os.ReadDir(o.dir); len(left) != 0 {
		t.Errorf("%d files are left in the folder", len(left))
	}
	r := o.find(handoff.Ask{}, " 12 / ক")
	want := map[string]flows.RowField{
		"key": {Type: "text"}, "phone": {Type: "text"}, "owner": {Type: "name", Text: "রহিমা খাতুন"},
		"due": {Type: "amount", Text: "123456.5"}, "paid_on": {Type: "date", Text: "2025-11-23"},
	}
	if !r.Found || !r.Proof || r.Proven || !r.Open || r.Phone != "+8801712345678" || fmt.Sprint(r.Fields) != fmt.Sprint(want) {
		t.Errorf("found %+v", r)
	}
	if r := o.find(handoff.Ask{}, "13"); !r.Found || r.Phone != "" || r.Open {
		t.Errorf("a row without a telephone: %+v", r)
	}
	if r := o.find(handoff.Ask{}, "14"); !r.Loaded || r.Found {
		t.Errorf("a row that is not there: %+v", r)
	}
}

func TestSpreadsheetIsLoaded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	x := excelize.NewFile()
	for i, row := range [][]any{{"Licence no.", "Business", "Valid until", "Mobile"}, {"TL-0045", "Karim Store", time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC), 1712345678}, {}, {"tl-0046", "Rahima Tailors", "30-06-2026", ""}} {
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	v := o.load(o.upload("licences.xlsx", b.String()))
	if v.Status != Loaded || v.Rows != 2 || !v.InForce {
		t.Fatalf("loaded: %+v", v)
	}
	for key, day := range map[string]string{"tl-0045": "2027-06-30", "TL-0046": "2026-06-30"} {
		if r := o.find(handoff.Ask{}, key); r.Fields["valid_until"].Text != day {
			t.Errorf("%s: %+v, want %s", key, r, day)
		}
	}
	if r := o.find(handoff.Ask{}, "tl-0045"); r.Phone != "+8801712345678" {
		t.Errorf("a telephone that lost its 0 is %q", r.Phone)
	}
}

func TestFaultsKeepTheEarlierTableInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.load(o.upload("a.csv", holdings))
	second := o.upload("b.csv", "হোল্ডিং নম্বর,মালিকের নাম,মোবাইল,বকেয়া (টাকা),শেষ পরিশোধ\n20,ক,,5,\n21,খ,123,many,tomorrow\n ,গ,,1,\n২০,ঘ,,1,\n\n22,ঙ,,7,,x\n23,\"চ,,1,\n")
	if fmt.Sprint(second.Columns) != fmt.Sprint(first.Columns) {
		t.Errorf("the columns of the same titles are %v, want %v", second.Columns, first.Columns)
	}
	second = o.load(second)
	faults, err := o.Faults(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := "[{3 মোবাইল phone} {3 বকেয়া (টাকা) amount} {3 শেষ পরিশোধ date} {4 হোল্ডিং নম্বর no_key} {5 হোল্ডিং নম্বর repeated} {7  more} {8  quote}]"
	if fmt.Sprint(faults) != want || second.Faults != 7 || second.Rows != 1 {
		t.Errorf("%d faults: %v\nwant %s", second.Faults, faults, want)
	}
	if second.InForce || !o.find(handoff.Ask{}, "12/ক").Found {
		t.Fatal("a table with faults took the place of the one before")
	}
	if err := o.Use(t.Context(), o.boss, second.ID); err != nil {
		t.Fatal(err)
	}
	if !o.find(handoff.Ask{}, "20").Found || o.find(handoff.Ask{}, "12/ক").Found {
		t.Error("the table with faults is not in force after it was asked for")
	}
	if err := o.Use(t.Context(), o.boss, first.ID); err != nil || !o.find(handoff.Ask{}, "12/ক").Found {
		t.Errorf("the earlier table does not come back: %v", err)
	}
	for range keptVersions {
		o.load(o.upload("c.csv", holdings))
	}
	r, list, err := o.Versions(t.Context(), first.Register)
	if err != nil || len(list) != keptVersions || r.InForce != list[0].ID {
		t.Errorf("%d versions are kept, %v, error %v", len(list), r, err)
	}
	if err := o.Delete(t.Context(), o.boss, first.Register); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM register_rows`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left of a register that is gone, error %v", rows, err)
	}
	if o.find(handoff.Ask{}, "12/ক").Loaded {
		t.Error("a register that is gone answers")
	}
}

func TestLoadThatIsKilledOrCancelledChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.load(o.upload("a.csv", holdings))
	killed := o.upload("b.csv", "no.,due\n99,1\n")
	// As a killed process leaves it: half loaded.
	o.exec(`UPDATE register_versions SET status = 'loading', beat_at = $2 WHERE id = $1`, killed.ID, o.at)
	o.exec(`INSERT INTO register_rows VALUES ($1, '99', '', '{}')`, killed.ID)
	if v := o.worked(killed.ID); v.Status != Loading {
		t.Errorf("a load that was heard of just now is %s", v.Status)
	}
	o.at = o.at.Add(2 * staleAfter)
	if v := o.worked(killed.ID); v.Status != Failed || v.Error != "stopped" {
		t.Errorf("killed: %s, %q", v.Status, v.Error)
	}
	cancelled := o.upload("c.csv", "no.,due\n98,1\n")
	if err := o.Load(t.Context(), o.boss, cancelled.ID, Choice{Columns: cancelled.Columns}); err != nil {
		t.Fatal(err)
	}
	if err := o.Cancel(t.Context(), o.boss, cancelled.ID); err != nil {
		t.Fatal(err)
	}
	if v := o.worked(cancelled.ID); v.Status != Cancelled || v.Rows != 0 {
		t.Errorf("cancelled: %s, %d rows", v.Status, v.Rows)
	}
	// The file is with a process that is gone.
	lost := o.upload("d.csv", "no.,due\n97,1\n")
	if err := errors.Join(o.Load(t.Context(), o.boss, lost.ID, Choice{Columns: lost.Columns}), o.drop(lost.ID)); err != nil {
		t.Fatal(err)
	}
	o.at = o.at.Add(2 * staleAfter)
	if v := o.worked(lost.ID); v.Status != Failed || v.Error != "gone" {
		t.Errorf("lost: %s, %q", v.Status, v.Error)
	}
	stopping, stop := context.WithCancel(t.Context())
	stop()
	half := o.upload("e.csv", "no.,due\n96,1\n")
	o.exec(`UPDATE register_versions SET status = 'loading' WHERE id = $1`, half.ID)
	l := &load{s: o.Store, v: half, seen: map[uint64]struct{}{}}
	if err := l.run(stopping, o.path(half.ID, kindCSV)); !errors.Is(err, context.Canceled) {
		t.Errorf("a load goes on after the stop: %v", err)
	}
	if !o.find(handoff.Ask{}, "12/ক").Found {
		t.Error("the table in force has suffered")
	}
	var rows int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM register_rows`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows, want those of the table in force; error %v", rows, err)
	}
}

func TestWhatIsNoTableIsToldClearly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct{ register, file, text, field, why string }{
		"a bad name":           {"Holdings", "a.csv", holdings, "name", "name"},
		"another kind":         {"holdings", "a.pdf", holdings, "file", "kind"},
		"nothing":              {"holdings", "a.csv", "", "file", "empty"},
		"titles alone":         {"holdings", "a.csv", "a,b\n", "file", "empty"},
		"an old encoding":      {"holdings", "a.csv", "no.,name\n1,caf\xe9\n", "file", "encoding"},
		"UTF-16":               {"holdings", "a.csv", "\xff\xfen\x00", "file", "utf16"},
		"a Bijoy font":         {"holdings", "a.csv", "bs,gvwjK\n1,iwngv LvZzb\n2,Avãyj Kwig\n3,†gvt mwjg DwÏb\n", "file", "bijoy"},
		"a sheet named CSV":    {"holdings", "a.csv", "PK\x03\x04", "file", "kind"},
		"no sheet":             {"holdings", "a.xlsx", "a,b\n1,2\n", "file", "xlsx"},
		"a table of 61 titles": {"holdings", "a.csv", strings.Repeat("a,", maxColumns) + "a\n1\n", "file", "columns"},
	} {
		_, err := o.Upload(t.Context(), o.boss, c.register, c.file, strings.NewReader(c.text))
		var field *handoff.FieldError
		if !errors.As(err, &field) || field.Field != c.field || field.Message != c.why {
			t.Errorf("%s: %v, want %s: %s", name, err, c.field, c.why)
		}
	}
	if left, _ := os.ReadDir(o.dir); len(left) != 0 {
		t.Errorf("%d refused files are left in the folder", len(left))
	}
	v := o.upload("a.csv", holdings)
	for name, change := range map[string]func(*Choice){
		"no_key_column":   func(c *Choice) { c.Columns[0].Name = "" },
		"field_twice":     func(c *Choice) { c.Columns[1].Name = "due" },
		"field_name":      func(c *Choice) { c.Columns[1].Name = "Owner" },
		"field_type":      func(c *Choice) { c.Columns[1].Type = "blob" },
		"no_phone_column": func(c *Choice) { c.Columns[2].Name, c.Proof = "other", true },
	} {
		c := Choice{Columns: append([]handoff.RegisterColumn{}, v.Columns...)}
		change(&c)
		if err := o.Load(t.Context(), o.boss, v.ID, c); err == nil || !strings.HasSuffix(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func TestCatalogIsComparedWithRegisters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	needs := []flows.RegisterUse{{Register: "holdings", Line: 1}, {Register: "holdings", Field: "due", Line: 2}, {Register: "licences", Optional: true, Line: 3}, {Register: "holdings", Field: "zone", Line: 4}}
	told := func() string {
		faults, err := o.Missing(t.Context(), needs)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range faults {
			lines = append(lines, fmt.Sprintf("%d %v", f.Line, f.Warning))
		}
		return strings.Join(lines, ", ")
	}
	if got := told(); got != "1 false, 3 true" {
		t.Errorf("nothing is loaded: %s", got)
	}
	o.load(o.upload("a.csv", holdings))
	if got := told(); got != "3 true, 4 true" {
		t.Errorf("holdings is loaded: %s", got)
	}
}

func TestProofOpensOneRowForOnePerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.load(o.upload("a.csv", "no.,owner,mobile,due\n1,A,01712345678,10\n2,B,01712345678,20\n"))
	mine, other := handoff.Ask{Contact: handoff.NewID(), Identity: handoff.NewID()}, handoff.Ask{Contact: handoff.NewID(), Identity: handoff.NewID()}
	for _, a := range []handoff.Ask{mine, other} {
		o.exec(`INSERT INTO contacts (id, name, name_folded, phone, email, language, created_at, updated_at) VALUES ($1, '', '', '', '', 'bn', now(), now())`, a.Contact)
		o.exec(`INSERT INTO identities (id, contact_id, channel, address, created_at) VALUES ($1, $2, 'web', $3, now())`, a.Identity, a.Contact, a.Identity.String())
	}
	sent := func(a handoff.Ask, key string, proved *time.Time) {
		o.exec(`INSERT INTO phone_codes (id, contact_id, identity_id, phone, language, status, at, expires_at, try_after, proved_at, register, register_key)
			VALUES ($1, $2, $3, '+8801712345678', 'bn', 'sent', $4, $5, $4, $6, 'holdings', $7)`, handoff.NewID(), a.Contact, a.Identity, o.at, o.at.Add(handoff.CodeLives), proved, key)
	}
	if r := o.find(mine, "1"); r.Proven || !r.Open {
		t.Errorf("before any code: %+v", r)
	}
	sent(mine, "1", &o.at)
	if r := o.find(mine, "1"); !r.Proven {
		t.Error("the right code opens nothing")
	}
	if o.find(mine, "2").Proven || o.find(other, "1").Proven {
		t.Error("a code opens another row, or the row for another person")
	}
	waits := o.find(other, "1")
	if !waits.Open {
		t.Errorf("after one code: %+v", waits)
	}
	sent(other, "1", nil)
	sent(other, "1", nil)
	if o.find(other, "1").Open || o.find(mine, "2").Open {
		t.Error("more than three codes go to a telephone in a day")
	}
	o.at = o.at.Add(40 * time.Minute)
	if o.find(mine, "1").Proven {
		t.Error("a code opens the row for longer than half an hour")
	}
	o.at = o.at.Add(24 * time.Hour)
	if !o.find(mine, "1").Open {
		t.Error("no code goes out the day after")
	}
	o.exec(`INSERT INTO identities (id, contact_id, channel, address, created_at) VALUES ($1, $2, 'sms', '+8801712345678', now())`, handoff.NewID(), mine.Contact)
	if !o.find(mine, "2").Proven || o.find(other, "2").Proven {
		t.Error("whose telephone it is need not prove it, others must")
	}
}
