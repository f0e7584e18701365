package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// proves is a Prover whose codes a test reads.
type proves struct{ desk *handoff.Desk }

func (proves) ProvesPhones() bool { return true }

func (p proves) SendCode(ctx context.Context, v handoff.Viewer, contact uuid.UUID, phone string) (handoff.SentCode, error) {
	return p.desk.SendCode(ctx, v, contact, phone)
}

// linkOffice is an office that sends codes.
func linkOffice(t *testing.T) *office {
	t.Helper()
	o := newCounter(t)
	o.server.opt.Prover = proves{o.desk}
	return o
}

// read is the code that the SMS brought.
func (o *office) read() string {
	o.t.Helper()
	codes, err := o.desk.ClaimCodes(o.t.Context(), 10)
	if err != nil || len(codes) != 1 {
		o.t.Fatalf("%d codes, %v", len(codes), err)
	}
	if err := o.desk.CodeSettled(o.t.Context(), codes[0].ID, handoff.CodeSent, 0, ""); err != nil {
		o.t.Fatal(err)
	}
	return codes[0].Code
}

// bySMS makes somebody a citizen who writes from a telephone.
func (o *office) bySMS(f filed, phone string) {
	o.exec(`UPDATE identities SET channel = 'sms', address = $2 WHERE contact_id = $1`, f.contact, phone)
}

func TestTelephoneIsLinkedFromThePage(t *testing.T) {
	o := linkOffice(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("boss2@example.org", "Bina", handoff.RoleSupervisor, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, []int{3})
	web, sms := o.file("রহিম উদ্দিন", "drainage", 12), o.file("Karim <b>", "drainage", 12)
	o.bySMS(sms, "+8801712345678")
	anna, boss, far := o.enter("anna@example.org"), o.enter("boss2@example.org"), o.enter("waste@example.org")
	path := contactPath(web.contact)
	wantPage(t, o.look(path+"?lang=en", anna), http.StatusOK, "Link a phone")
	for _, verb := range []string{"/code", "/merge"} {
		wantPage(t, o.post(path+verb, far, url.Values{"phone": {"01712345678"}, "code": {"111111"}}), http.StatusNotFound, "<h1>")
	}
	wantPage(t, o.post(path+"/code", anna, url.Values{"lang": {"en"}, "phone": {"017"}}), http.StatusUnprocessableEntity, `value="017"`)
	wantPage(t, o.post(path+"/merge", anna, url.Values{"lang": {"en"}, "code": {"111111"}}), http.StatusUnprocessableEntity, "<h1>")
	wantWay(t, o.post(path+"/code", anna, url.Values{"phone": {"০১৭১২-৩৪৫৬৭৮"}}), path+"?done=link_code")
	code := o.read()
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	wantPage(t, o.post(path+"/merge", anna, url.Values{"code": {wrong}}), http.StatusUnprocessableEntity, "কোডটি মেলেনি")
	wantPage(t, o.look(path+"?lang=en", anna), http.StatusOK, "A code was sent to 01712345678")
	// From another site nothing is done.
	r := o.do(call{method: http.MethodPost, path: path + "/merge", body: strings.NewReader("code=" + code), header: map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Cookie": anna, "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example",
	}})
	if r.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", r.Code)
	}
	wantWay(t, o.post(path+"/merge", anna, url.Values{"code": {code[:3] + " " + code[3:]}}), path+"?done=link_merge")
	wantWay(t, o.look(contactPath(sms.contact), anna), path)
	body := o.look(path+"?lang=en", anna).Body.String()
	if !strings.Contains(body, "Karim &lt;b&gt;") || !strings.Contains(body, fmt.Sprint(sms.number)) || strings.Contains(body, path+"/unmerge") {
		t.Error("the page does not show who joined, or offers an agent to undo it")
	}
	var merge string
	if err := o.pool.QueryRow(t.Context(), `SELECT id::text FROM contact_merges`).Scan(&merge); err != nil {
		t.Fatal(err)
	}
	wantPage(t, o.post(path+"/unmerge", anna, url.Values{"merge": {merge}}), http.StatusForbidden, "<h1>")
	wantPage(t, o.look(path+"?lang=en", boss), http.StatusOK, path+"/unmerge")
	wantWay(t, o.post(path+"/unmerge", boss, url.Values{"merge": {merge}}), path+"?done=link_unmerge")
	wantPage(t, o.look(contactPath(sms.contact)+"?lang=en", boss), http.StatusOK, "Karim &lt;b&gt;")
}

func TestTelephoneIsLinkedByPrograms(t *testing.T) {
	o := linkOffice(t)
	web, sms := o.file("Rahim", "drainage", 12), o.file("Karim", "drainage", 12)
	o.bySMS(sms, "+8801712345678")
	agent := o.hire("agent@example.org", handoff.RoleAgent, nil, nil)
	far := o.hire("far@example.org", handoff.RoleAgent, []string{"waste"}, []int{3})
	path := "/api/v1/contacts/" + web.contact.String()
	post := func(token, verb, body string) (int, map[string]any) {
		w := o.do(call{method: http.MethodPost, path: path + "/" + verb, token: token, body: strings.NewReader(body)})
		return w.Code, jsonOf(t, w)
	}
	s := o.spec()
	want := func(status int, verb, token, body string) map[string]any {
		t.Helper()
		got, answer := post(token, verb, body)
		if got != status {
			t.Fatalf("%s %s: %d %v, want %d", verb, body, got, answer, status)
		}
		if status == http.StatusOK {
			for _, fault := range s.check(s.at("paths", "/api/v1/contacts/{id}/"+verb, "post", "responses", "200", "content", "application/json", "schema"), any(answer), verb) {
				t.Error(fault)
			}
		}
		return answer
	}
	want(http.StatusNotFound, "code", far, `{"phone":"01712345678"}`)
	want(http.StatusBadRequest, "code", agent, `{"phone":"x"}`)
	want(http.StatusConflict, "merge", agent, `{"code":"123456"}`)
	want(http.StatusOK, "code", agent, `{"phone":"01712345678"}`)
	code := o.read()
	want(http.StatusNotFound, "merge", far, `{"code":"`+code+`"}`)
	for n := range 5 { // none of them is the code
		guess := fmt.Sprintf("%06d", n)
		if guess == code {
			guess = "999999"
		}
		want(http.StatusBadRequest, "merge", agent, `{"code":"`+guess+`"}`)
	}
	want(http.StatusConflict, "merge", agent, `{"code":"`+code+`"}`)
	want(http.StatusOK, "code", agent, `{"phone":"01712345678"}`)
	want(http.StatusOK, "merge", agent, `{"code":"`+o.read()+`"}`)
	want(http.StatusForbidden, "unmerge", agent, `{}`)
	want(http.StatusOK, "unmerge", o.token, `{}`)
	want(http.StatusNotFound, "unmerge", o.token, `{}`)
	want(http.StatusOK, "code", agent, `{"phone":"01712345678"}`)
	want(http.StatusTooManyRequests, "code", agent, `{"phone":"01712345678"}`)
	o.clock.Forward(25 * time.Hour)
	o.server.opt.Prover = nil
	want(http.StatusConflict, "code", agent, `{"phone":"01712345678"}`)
}
