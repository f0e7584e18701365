package api

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestWardsAreWrittenAsPeopleDo(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", "3": "3", "1,2,5-7": "1, 2, 5-7", "৫-৭, ১২": "5-7, 12", " 7 , 5 – 6;6 ": "5-7", "2-3": "2, 3", "1\n2": "1, 2",
	} {
		wards, ok := wardsOf(typed)
		if !ok || wardText(wards) != want {
			t.Errorf("%q: %v %v, want %s", typed, wardText(wards), ok, want)
		}
	}
	for _, typed := range []string{"x", "1-", "-3", "7-5", "0", "1-9999", "1 2", "1-2-3", "99999999999999999999"} {
		if wards, ok := wardsOf(typed); ok {
			t.Errorf("%q is understood as %v", typed, wards)
		}
	}
}

func TestAdministratorManagesAccounts(t *testing.T) {
	o := newOffice(t, func(opt *Options) { opt.Teams = sampleTeams })
	boss := o.person("admin@example.org", "Boss", handoff.RoleAdministrator, nil, nil)
	cookie := o.enter("admin@example.org")
	form := url.Values{"lang": {"en"}, "email": {"anna@example.org"}, "name": {"Anna <i>"}, "role": {"agent"}, "teams": {"drainage"}, "wards": {"x"}}
	w := o.post(accountsPath+"/new", cookie, form)
	wantPage(t, w, http.StatusUnprocessableEntity, "Write wards like this")
	wantPage(t, w, http.StatusUnprocessableEntity, `value="Anna &lt;i&gt;"`)
	wantPage(t, w, http.StatusUnprocessableEntity, `value="drainage" checked`)
	form.Set("wards", "৫-৭")
	w = o.post(accountsPath+"/new", cookie, form)
	wantPage(t, w, http.StatusOK, "https://city.example/console/sign-in/")
	wantPage(t, o.post(accountsPath+"/new", cookie, form), http.StatusUnprocessableEntity, "has an account already")

	anna, err := o.desk.AgentBy(t.Context(), "anna@example.org")
	if err != nil || !reflect.DeepEqual(anna.Wards, []int{5, 6, 7}) || !reflect.DeepEqual(anna.Teams, []string{"drainage"}) {
		t.Fatalf("%+v %v", anna, err)
	}
	at := accountsPath + "/" + anna.ID.String()
	change := url.Values{"name": {"Anna"}, "role": {"supervisor"}}
	wantWay(t, o.post(at, cookie, change), accountsPath+"?done=saved")
	if anna, err = o.desk.Account(t.Context(), anna.ID); err != nil || anna.Role != handoff.RoleSupervisor || len(anna.Wards)+len(anna.Teams) != 0 {
		t.Errorf("%+v %v", anna, err)
	}
	link := regexp.MustCompile(`/console/sign-in/[\w-]{43}`).FindString(w.Body.String())
	wantPage(t, o.post(at+"/invite", cookie, nil), http.StatusOK, "https://city.example/console/sign-in/")
	wantPage(t, o.do(call{path: link}), http.StatusGone, "<h1>")

	own := accountsPath + "/" + boss.ID.String()
	demote := url.Values{"lang": {"en"}, "name": {"Boss"}, "role": {"agent"}}
	wantPage(t, o.post(own, cookie, demote), http.StatusUnprocessableEntity, "last administrator")
	o.person("other@example.org", "Other", handoff.RoleAdministrator, nil, nil)
	wantWay(t, o.post(own, cookie, demote), accountsPath+"?done=saved")
	wantPage(t, o.look(accountsPath, cookie), http.StatusForbidden, "<h1>")
}

func TestAuditSaysWhatChanged(t *testing.T) {
	o := newOffice(t, func(opt *Options) { opt.Teams = sampleTeams })
	o.person("admin@example.org", "Boss", handoff.RoleAdministrator, nil, nil)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, []string{"drainage"}, []int{5, 6, 7})
	cookie := o.enter("admin@example.org")
	wantWay(t, o.post(accountsPath+"/"+anna.ID.String(), cookie, url.Values{"name": {"Anna"}, "role": {"supervisor"}, "teams": {"waste"}, "wards": {"5-7"}}), accountsPath+"?done=saved")
	w := o.look(auditPath+"?lang=en&kind=account.change&subject=anna@example.org&from=2026-11-23&to=2026-11-23", cookie)
	for _, text := range []string{
		"Role: <del>Agent</del> → <ins>Supervisor</ins>", "Departments: <del>Drainage Department</del> → <ins>Waste Management Department</ins>", "Boss", "today 09:30",
	} {
		wantPage(t, w, http.StatusOK, text)
	}
	if strings.Contains(w.Body.String(), "Wards:") {
		t.Error("what stayed is shown as a change")
	}
	wantPage(t, o.look(auditPath+"?lang=en&to=2026-11-22", cookie), http.StatusOK, "Nothing found")
	wantPage(t, o.look(auditPath+"?lang=en&from=yesterday", cookie), http.StatusOK, "Write the day like this")
}

func TestEmptyListExplainsAScope(t *testing.T) {
	o := newOffice(t, func(opt *Options) { opt.Teams = sampleTeams })
	p := page{Lang: "en", Words: o.server.console.words["en"]}
	p.Agent = handoff.Agent{Role: handoff.RoleAgent, Teams: []string{"waste"}, Wards: []int{1, 2, 3}}
	e := o.server.empty(p, "audit_empty", "audit_empty_text")
	if e.Scope == "" || !reflect.DeepEqual(e.Limit, []string{"Departments: Waste Management Department", "Wards: 1-3"}) {
		t.Errorf("%+v", e)
	}
	p.Agent.Role = handoff.RoleSupervisor
	if e := o.server.empty(p, "audit_empty", "audit_empty_text"); e.Scope != "" {
		t.Errorf("a supervisor sees everything: %+v", e)
	}
}

// keysMade are beginnings of keys that are put together as the program runs.
var keysMade = []string{
	"role_", "done_", "nav_", "language_", "what_", "value_", "status_", "owner_", "audit_from", "audit_to",
	"group_", "kind_", "span_", "channel_", "photo_", "happened_", "do_", "times_", "inbox_", "reason_", "sent_", "author_", "other_",
	"ward_by_", "fault_form_", "source_", "place_", "diff_", "step_", "event_", "answer_", "template_", "slot_", "new_question_",
	"new_answer_", "texts_of_", "chart_", "fault_canned_", "notice_", "told_", "way_", "hop_", "why_", "fault_link_", "join_", "alarm_", "task_", "retention_", "spending_",
	"register_fault_", "register_is_", "register_type_", "register_column_", "broadcast_is_", "broadcast_n_", "broadcast_means_", "broadcast_do_", "broadcast_sure_", "broadcast_try_",
	"broadcast_hint_", "fault_broadcast_", "counted_", "any_", "opened_", "without_", "kept_",
}

func TestEveryWordIsUsedAndThere(t *testing.T) {
	words := bare(t, nil).server.console.words["en"]
	used := map[string]bool{}
	quoted := regexp.MustCompile(`"([a-z][a-z0-9_]*)"`)
	shown := regexp.MustCompile(`\.Words\.([a-z0-9_]+)`)
	views, err := filepath.Glob("console/views/*.html")
	if err != nil || len(views) == 0 {
		t.Fatal(views, err)
	}
	code, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(code, views...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shown.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
			if words[m[1]] == "" {
				t.Errorf("%s says %s, which no language has", file, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	for key := range words {
		made := false
		for _, begin := range keysMade {
			made = made || strings.HasPrefix(key, begin)
		}
		if !made && !used[key] {
			t.Errorf("nothing says %s", key)
		}
	}
}

func TestEveryAuditedChangeHasAWord(t *testing.T) {
	words := bare(t, nil).server.console.words["en"]
	files, err := filepath.Glob("../handoff/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	what := regexp.MustCompile(`"((?:account|case|contact|conversation|flows|network)\.[a-z_]+)"`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range what.FindAllStringSubmatch(string(text), -1) {
			found++
			if words["what_"+m[1]] == "" {
				t.Errorf("%s: nobody can read %s", file, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d changes are found in the code", found)
	}
}
