package handoff_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"nagorik/handoff"
)

const goodPassword = "নাগরিক-সেবা-২০২৬"

func (r *record) passwordOf(email string) string {
	r.t.Helper()
	var hash string
	if err := r.pool.QueryRow(context.Background(), "SELECT password_hash FROM agents WHERE email = $1", email).Scan(&hash); err != nil {
		r.t.Fatal(err)
	}
	return hash
}

func TestAddAgentChecksWhatItIsGiven(t *testing.T) {
	r := newRecord(t)
	good := handoff.NewAgent{Email: " Anna@Example.org ", Name: "আন্না", Role: handoff.RoleAgent, Teams: []string{"drainage", "waste"}, Wards: []int{12, 3}}
	a, link, err := r.AddAgent(t.Context(), good)
	if err != nil || a.Email != "anna@example.org" || len(link) != 43 {
		t.Fatalf("%+v %q %v", a, link, err)
	}
	cases := map[string]struct {
		change func(*handoff.NewAgent)
		field  string
	}{
		"same address again":   {func(n *handoff.NewAgent) { n.Email = "ANNA@example.org" }, "email"},
		"no address":           {func(n *handoff.NewAgent) { n.Email = "" }, "email"},
		"name in the address":  {func(n *handoff.NewAgent) { n.Email = "Anna <anna2@example.org>" }, "email"},
		"NUL in the address":   {func(n *handoff.NewAgent) { n.Email = "a\x00@example.org" }, "email"},
		"no name":              {func(n *handoff.NewAgent) { n.Email, n.Name = "b@example.org", " \x00 " }, "name"},
		"long name":            {func(n *handoff.NewAgent) { n.Email, n.Name = "b@example.org", strings.Repeat("ন", 101) }, "name"},
		"unknown role":         {func(n *handoff.NewAgent) { n.Email, n.Role = "b@example.org", "king" }, "role"},
		"empty team":           {func(n *handoff.NewAgent) { n.Email, n.Teams = "b@example.org", []string{" "} }, "teams"},
		"ward nought":          {func(n *handoff.NewAgent) { n.Email, n.Wards = "b@example.org", []int{0} }, "wards"},
		"ward beyond all ends": {func(n *handoff.NewAgent) { n.Email, n.Wards = "b@example.org", []int{1 << 40} }, "wards"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := good
			c.change(&n)
			_, _, err := r.AddAgent(t.Context(), n)
			var f *handoff.FieldError
			if !errors.As(err, &f) || f.Field != c.field {
				t.Errorf("got %v, want a fault of %s", err, c.field)
			}
		})
	}
}

func TestLinkIsUsedOnce(t *testing.T) {
	r := newRecord(t)
	_, link, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "anna@example.org", Name: "Anna", Role: handoff.RoleAgent, Teams: []string{"drainage"}, Wards: []int{3}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := r.Link(t.Context(), link); err != nil || a.Name != "Anna" {
		t.Fatalf("looking at a link: %+v, %v", a, err)
	}
	if _, err := r.UseLink(t.Context(), link, "short"); !errors.Is(err, handoff.ErrInvalid) {
		t.Fatalf("a short password: %v", err)
	}
	if _, err := r.UseLink(t.Context(), link, goodPassword); err != nil {
		t.Fatal(err)
	}
	token, err := r.AddToken(t.Context(), "anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := argon2id.ComparePasswordAndHash(goodPassword, r.passwordOf("anna@example.org")); err != nil || !ok {
		t.Errorf("the password was not kept: %v", err)
	}
	v, err := r.Token(t.Context(), token)
	if err != nil || v.Role != handoff.RoleAgent || v.Teams[0] != "drainage" || v.Wards[0] != 3 {
		t.Errorf("token: %+v, %v", v, err)
	}
	if _, err := r.Link(t.Context(), link); !errors.Is(err, handoff.ErrLinkUsed) {
		t.Errorf("looking at a used link: %v", err)
	}
	if _, err := r.UseLink(t.Context(), link, goodPassword); !errors.Is(err, handoff.ErrLinkUsed) {
		t.Errorf("using it again: %v", err)
	}
	if _, err := r.Link(t.Context(), "no such link"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("an unknown link: %v", err)
	}
	var plain int
	err = r.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM sign_in_links l WHERE l::text LIKE '%' || $1 || '%') + (SELECT count(*) FROM api_tokens a WHERE a::text LIKE '%' || $2 || '%')`,
		string(link), token).Scan(&plain)
	if err != nil || plain != 0 {
		t.Errorf("secrets are kept in the clear: %d, %v", plain, err)
	}
}

func TestLinkExpires(t *testing.T) {
	r := newRecord(t)
	_, link, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "anna@example.org", Name: "Anna", Role: handoff.RoleAgent})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Forward(7*24*time.Hour - time.Second)
	if _, err := r.Link(t.Context(), link); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	r.clock.Forward(time.Second)
	if _, err := r.Link(t.Context(), link); !errors.Is(err, handoff.ErrLinkExpired) {
		t.Errorf("at its end: %v", err)
	}
	if _, err := r.UseLink(t.Context(), link, goodPassword); !errors.Is(err, handoff.ErrLinkExpired) {
		t.Errorf("using it at its end: %v", err)
	}
}

func TestOfManyUsesOfALinkOneWins(t *testing.T) {
	r := newRecord(t)
	_, link, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "anna@example.org", Name: "Anna", Role: handoff.RoleAgent})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = r.UseLink(t.Context(), link, goodPassword) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, handoff.ErrLinkUsed):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d uses won", won)
	}
}

func TestSetPasswordVoidsLinks(t *testing.T) {
	r := newRecord(t)
	_, link, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "anna@example.org", Name: "Anna", Role: handoff.RoleAgent})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetPassword(t.Context(), "Anna@example.org", goodPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Link(t.Context(), link); !errors.Is(err, handoff.ErrLinkUsed) {
		t.Errorf("the link still stands: %v", err)
	}
	if err := r.SetPassword(t.Context(), "nobody@example.org", goodPassword); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("nobody's password: %v", err)
	}
	for name, password := range map[string]string{"short": "123456789", "long": strings.Repeat("x", 201), "not UTF-8": "1234567890\xff"} {
		if err := r.SetPassword(t.Context(), "anna@example.org", password); !errors.Is(err, handoff.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTokensAreHashedAndFoundAgain(t *testing.T) {
	r := newRecord(t)
	r.agent("anna@example.org", handoff.RoleSupervisor, nil, nil)
	token, err := r.AddToken(t.Context(), "anna@example.org")
	if err != nil || !regexp.MustCompile(`^ngk_[0-9A-Za-z]{43}$`).MatchString(token) {
		t.Fatalf("%q, %v", token, err)
	}
	second, err := r.AddToken(t.Context(), "anna@example.org")
	if err != nil || second == token {
		t.Fatalf("%q, %v", second, err)
	}
	if v, err := r.Token(t.Context(), token); err != nil || v.Role != handoff.RoleSupervisor {
		t.Fatalf("%+v, %v", v, err)
	}
	for name, wrong := range map[string]string{"empty": "", "other": token + "x", "NUL": "ngk_\x00", "prefix": "ngk_"} {
		if _, err := r.Token(t.Context(), wrong); !errors.Is(err, handoff.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.AddToken(t.Context(), "nobody@example.org"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("nobody's token: %v", err)
	}
}

func TestTokenOfADisabledAgentEnds(t *testing.T) {
	r := newRecord(t)
	r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	token, err := r.AddToken(t.Context(), "anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Token(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	r.exec("UPDATE agents SET disabled_at = now()")
	if _, err := r.Token(t.Context(), token); err != nil {
		t.Errorf("it should be remembered for a moment: %v", err)
	}
	r.clock.Forward(31 * time.Second)
	if _, err := r.Token(t.Context(), token); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("the token still works: %v", err)
	}
	if _, err := r.AddToken(t.Context(), "anna@example.org"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a disabled agent gets a token: %v", err)
	}
}

func TestFirstAdministrator(t *testing.T) {
	r := newRecord(t)
	first, err := r.FirstAdministrator(t.Context())
	if err != nil || first == "" {
		t.Fatalf("an empty database: %q, %v", first, err)
	}
	again, err := r.FirstAdministrator(t.Context())
	if err != nil || again == "" || again == first {
		t.Fatalf("never used: %q, %v", again, err)
	}
	a, err := r.Link(t.Context(), first)
	if err != nil || a.Role != handoff.RoleAdministrator {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := r.UseLink(t.Context(), again, goodPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Link(t.Context(), first); !errors.Is(err, handoff.ErrLinkUsed) {
		t.Errorf("his older link still works: %v", err)
	}
	if link, err := r.FirstAdministrator(t.Context()); err != nil || link != "" {
		t.Errorf("after he signed in: %q, %v", link, err)
	}
}

func TestFirstAdministratorIsMadeOnce(t *testing.T) {
	r := newRecord(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if link, err := r.FirstAdministrator(t.Context()); err != nil || link == "" {
				t.Errorf("%q, %v", link, err)
			}
		})
	}
	wg.Wait()
	var n int
	if err := r.pool.QueryRow(t.Context(), "SELECT count(*) FROM agents").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d accounts, %v", n, err)
	}
}

func TestFirstAdministratorLeavesStaffAlone(t *testing.T) {
	r := newRecord(t)
	r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	if link, err := r.FirstAdministrator(t.Context()); err != nil || link != "" {
		t.Errorf("staff without an administrator: %q, %v", link, err)
	}
	r.agent("boss@example.org", handoff.RoleAdministrator, nil, nil)
	link, err := r.FirstAdministrator(t.Context())
	if err != nil || link == "" {
		t.Fatalf("an administrator who never signed in: %q, %v", link, err)
	}
	if a, err := r.Link(t.Context(), link); err != nil || a.Email != "boss@example.org" {
		t.Errorf("%+v, %v", a, err)
	}
}
