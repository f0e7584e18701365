package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

// words are all commands, as they are typed.
func words() [][]string {
	return [][]string{
		{"serve"},
		{"check"},
		{"chat"},
		{"understand"},
		{"migrate"},
		{"flows"},
		{"flows", "publish"},
		{"flows", "list"},
		{"flows", "export"},
		{"user"},
		{"user", "add"},
		{"token"},
		{"token", "add"},
		{"backup"},
		{"restore"},
		{"bench"},
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	all := command{}.must(t, "--help")
	for _, w := range words() {
		if !strings.Contains(all, w[0]) {
			t.Errorf("--help does not name %s", w[0])
		}
		if out := (command{}).must(t, append(w, "--help")...); !strings.Contains(out, "Usage: nagorik "+strings.Join(w, " ")) {
			t.Errorf("%v --help says %q", w, out)
		}
	}
	if out := (command{}).must(t); out != all {
		t.Errorf("without words: %q", out)
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		said string
	}{
		{[]string{"dance"}, "dance"},
		{[]string{"serve", "--fast"}, "--fast"},
		{[]string{"serve", "now"}, "now"},
		{[]string{"backup"}, "<file>"},
		{[]string{"backup", "a", "b"}, "b"},
		{[]string{"flows", "publish", "x.yaml"}, "--note"},
		{[]string{"flows", "export", "latest"}, "latest"},
		{[]string{"user", "add", "--email", "a@b.c", "--name", "A", "--role", "king"}, "--role"},
		{[]string{"user", "add", "--name", "A", "--role", "agent"}, "--email"},
		{[]string{"token", "add"}, "--user"},
		{[]string{"chat", "--channel", "pigeon"}, "--channel"},
		{[]string{"understand", "--as", "poem"}, "--as"},
		{[]string{"bench", "--seconds", "many"}, "--seconds"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			o := command{}.run(t, c.args...)
			lines := strings.Split(strings.TrimSpace(o.errOut), "\n")
			if last := lines[len(lines)-1]; o.code != exitUsage || !strings.HasPrefix(last, "nagorik: ") || !strings.Contains(last, c.said) {
				t.Errorf("exit %d, %q", o.code, last)
			}
		})
	}
}

// faulty are flows with one error, mild ones with one warning.
func faulty(t testing.TB, dir string) (wrong, mild string) {
	t.Helper()
	text := string(builtIn)
	first := strings.Index(text, "\nflows:")
	if first < 0 {
		t.Fatal("flows.yaml has no flows: the test must be changed")
	}
	wrong = filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte(text[:first]+"\nnonsense: 1"+text[first:]), 0o600); err != nil {
		t.Fatal(err)
	}
	mild = filepath.Join(dir, "mild.yaml")
	if err := os.WriteFile(mild, []byte(text+"# changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return wrong, mild
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wrong, mild := faulty(t, dir)
	form := regexp.MustCompile(`^(\S+):([1-9][0-9]*):([1-9][0-9]*): (error|warning): .+$`)
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		errors bool
	}{
		{"built in", nil, 0, false},
		{"a good file", []string{mild}, 0, false},
		{"a wrong file", []string{wrong}, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := command{}.run(t, append([]string{"check"}, c.args...)...)
			found := false
			for _, l := range strings.Split(strings.TrimSpace(o.out), "\n") {
				m := form.FindStringSubmatch(l)
				if l != "" && m == nil {
					t.Errorf("line %q", l)
				}
				found = found || m != nil && m[4] == "error" && m[1] == wrong && strings.Contains(l, "nonsense")
			}
			if o.code != c.code || found != c.errors {
				t.Errorf("exit %d\n%s%s", o.code, o.out, o.errOut)
			}
			j := command{}.run(t, append([]string{"check", "--json"}, c.args...)...)
			var faults []checkedFault
			if err := json.Unmarshal([]byte(j.out), &faults); err != nil || j.code != c.code {
				t.Fatalf("--json: exit %d, %v\n%s", j.code, err, j.out)
			}
			var same strings.Builder
			for _, f := range faults {
				fmt.Fprintf(&same, "%s:%d:%d: %s: %s\n", f.File, f.Line, f.Column, f.Severity, f.Message)
			}
			if same.String() != o.out {
				t.Errorf("--json says something else:\n%s\nand without:\n%s", same.String(), o.out)
			}
		})
	}
	if o := (command{}).run(t, "check", filepath.Join(dir, "none.yaml")); o.code != exitFault || !strings.Contains(o.errOut, "none.yaml") {
		t.Errorf("a file that is not there: exit %d, %s", o.code, o.errOut)
	}
	if o := (command{}).run(t, "check", t.TempDir()); o.code != exitFault || !strings.Contains(o.errOut, "*.yaml") {
		t.Errorf("an empty folder: exit %d, %s", o.code, o.errOut)
	}
}

func TestChatByPipe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		args   []string
		stdin  string
		expect []string // in this order
	}{
		{
			"bangla on messenger",
			[]string{"--channel", "messenger"},
			"বাসার সামনে ড্রেন বন্ধ\n১১\nট্রাকস্ট্যান্ডের পাশে\nবাদ\n1\n১০০০১\n",
			[]string{"স্বাগতম", "ওয়ার্ড", "ঠিক কোথায়", "ছবি", "[1 হ্যাঁ]", "[case 10001 opened: ড্রেন বন্ধ, team drainage, ward 11, 0 photos]", "১০০০১", "নতুন"},
		},
		{
			"english on sms",
			[]string{"--lang", "en", "--channel", "sms"},
			"DRAIN IS BLOCKED, WARD 11\nbeside the truck stand\n1\n",
			[]string{"1 SMS", "Where exactly?", "Submit?", "[case 10001 opened:", "Report saved. No. 10001"},
		},
		{
			"a service", []string{"--flow", "waste", "--lang", "en"}, "agent\n", []string{"[passed to people:"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := command{stdin: c.stdin}.must(t, append([]string{"chat"}, c.args...)...)
			rest := out
			for _, want := range c.expect {
				i := strings.Index(rest, want)
				if i < 0 {
					t.Fatalf("%q is missing, or not in its place:\n%s", want, out)
				}
				rest = rest[i:]
			}
		})
	}
	if o := (command{}).run(t, "chat", "--flow", "dance"); o.code != exitFault || !strings.Contains(o.errOut, "--flow") {
		t.Errorf("an unknown service: exit %d, %s", o.code, o.errOut)
	}
	if o := (command{}).run(t, "chat", "--lang", "klingon"); o.code != exitUsage || !strings.Contains(o.errOut, "--lang") {
		t.Errorf("an unknown language: exit %d, %s", o.code, o.errOut)
	}
}

func TestMigrateAndFlows(t *testing.T) {
	t.Parallel()
	c := command{settings: []string{"DATABASE_URL=" + handofftest.Empty(t)}}
	said := regexp.MustCompile(`from version 0 to version ([1-9][0-9]*)`).FindStringSubmatch(c.must(t, "migrate"))
	if said == nil {
		t.Fatal("migrate does not say from where to where")
	}
	if out := c.must(t, "migrate"); !strings.Contains(out, "up to date at version "+said[1]) {
		t.Errorf("a second time: %q", out)
	}
	if o := c.run(t, "flows", "export"); o.code != exitFault || !strings.Contains(o.errOut, "flows list") {
		t.Errorf("export of nothing: exit %d, %q", o.code, o.errOut)
	}
	dir := t.TempDir()
	wrong, mild := faulty(t, dir)
	if o := c.run(t, "flows", "publish", wrong, "--note", "x"); o.code != exitFault || !strings.Contains(o.errOut, wrong+":") {
		t.Errorf("publish with a fault: exit %d\n%s", o.code, o.errOut)
	}
	original := filepath.Join(dir, "original.yaml")
	if err := os.WriteFile(original, builtIn, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, file := range []string{original, mild} {
		if out := c.must(t, "flows", "publish", file, "--note", "টীকা "+fmt.Sprint(i+1)); !strings.Contains(out, fmt.Sprint("version ", i+1)) {
			t.Errorf("publish says %q", out)
		}
	}
	list := strings.Split(strings.TrimSpace(c.must(t, "flows", "list")), "\n")
	if len(list) != 2 || !strings.HasPrefix(list[0], "2\t") || !strings.HasSuffix(list[0], "টীকা 2") || !strings.HasPrefix(list[1], "1\t") {
		t.Errorf("list is %q", list)
	}
	changed, err := os.ReadFile(mild)
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"": string(changed), "2": string(changed), "1": string(builtIn)} {
		if out := c.must(t, strings.Fields("flows export "+args)...); out != want {
			t.Errorf("export %s is not what was published", args)
		}
	}
	parts := filepath.Join(t.TempDir(), "parts")
	begin, end, ok := strings.Cut(string(builtIn), "\nflows:\n")
	if !ok {
		t.Fatal("the built-in file has no flows")
	}
	wantParts := []handoff.CatalogFile{{Name: "city.yaml", Text: begin + "\n"}, {Name: "services.yaml", Text: "flows:\n" + end}}
	if err := writeFolder(parts, wantParts); err != nil {
		t.Fatal(err)
	}
	c.must(t, "flows", "publish", parts, "--note", "in two files")
	to := filepath.Join(t.TempDir(), "exported")
	c.must(t, "flows", "export", "--to", to)
	files, err := readFlows(to)
	if err != nil || !slices.Equal(keptFiles(files), wantParts) {
		t.Errorf("the folder holds %d files, %v", len(files), err)
	}
	if o := c.run(t, "flows", "export", "1", "--to", to); o.code != exitFault || !strings.Contains(o.errOut, "not empty") {
		t.Errorf("export over files: exit %d, %q", o.code, o.errOut)
	}
	if o := c.run(t, "flows", "export", "99"); o.code != exitFault || !strings.Contains(o.errOut, "flows list") {
		t.Errorf("an unknown version: exit %d, %q", o.code, o.errOut)
	}
}

func TestUserAndToken(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	c := command{settings: []string{"DATABASE_URL=" + dsn, "PUBLIC_URL=https://city.example/desk/"}}
	link := regexp.MustCompile(`^https://city\.example/desk/console/sign-in/[A-Za-z0-9_-]{40,}\n$`)
	if out := c.must(t, "user", "add", "--email", "Karim@City.example", "--name", "করিম", "--role", "agent", "--teams", "drainage,waste", "--wards", "12,1"); !link.MatchString(out) {
		t.Errorf("user add prints %q", out)
	}
	token := c.must(t, "token", "add", "--user", "karim@city.example")
	if !regexp.MustCompile(`^ngk_[A-Za-z0-9]{43}\n$`).MatchString(token) {
		t.Errorf("token add prints %q", token)
	}
	c.stdin = "a long password\n"
	if out := c.must(t, "user", "add", "--email", "rina@city.example", "--name", "Rina", "--role", "supervisor", "--password-stdin"); strings.Contains(out, "password") || !strings.Contains(out, "https://city.example/desk/console") {
		t.Errorf("--password-stdin prints %q", out)
	}
	for _, bad := range []struct{ name, args, stdin, said string }{
		{"twice", "user add --email KARIM@city.example --name K --role agent", "", "email"},
		{"no address", "user add --email karim --name K --role agent", "", "email"},
		{"no password", "user add --email a@b.example --name A --role agent --password-stdin", "", "--password-stdin"},
		{"a short password", "user add --email a@b.example --name A --role agent --password-stdin", "short\n", "password"},
		{"ward 0", "user add --email c@b.example --name A --role agent --wards 0", "", "wards"},
		{"a token for nobody", "token add --user nobody@city.example", "", "nobody"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			o := command{settings: c.settings, stdin: bad.stdin}.run(t, strings.Fields(bad.args)...)
			if o.code != exitFault || strings.Count(o.errOut, "\n") != 1 || !strings.Contains(o.errOut, bad.said) || o.out != "" {
				t.Errorf("exit %d, %q, %q", o.code, o.out, o.errOut)
			}
		})
	}
	checkStaff(t, dsn, strings.TrimSpace(token))
}

// checkStaff looks into the database after TestUserAndToken.
func checkStaff(t *testing.T, dsn, token string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var staff int
	var teams []string
	var wards []int
	var hash, text string
	err = conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM agents), teams, wards,
		(SELECT password_hash FROM agents WHERE email = 'rina@city.example'), (SELECT string_agg(t::text, '') FROM api_tokens t)
		FROM agents WHERE email = 'karim@city.example'`).Scan(&staff, &teams, &wards, &hash, &text)
	if err != nil || staff != 2 || fmt.Sprint(teams, wards) != "[drainage waste] [1 12]" || !strings.HasPrefix(hash, "$argon2id$") || strings.Contains(text, token) {
		t.Errorf("%d accounts, teams %v, wards %v, hash %q, %v", staff, teams, wards, hash, err)
	}
}
