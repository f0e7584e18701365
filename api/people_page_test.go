package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

func TestPeopleAreFoundFromOneBox(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	rahim, karim := o.file("মোঃ রহিম উদ্দিন", "drainage", 12), o.file("Karim Sheikh", "waste", 3)
	o.exec(`UPDATE contacts SET phone = '+8801712345678', email = 'rahim@example.org' WHERE id = $1`, rahim.contact)
	for _, told := range [][2]string{{"holding_no", "১২৭/ক"}, {"licence_no", "TRAD/DNCC/098760/2023"}} {
		o.exec(`INSERT INTO remembered (contact_id, slot, type, value, at) VALUES ($1, $2, 'text', to_jsonb($3::text), $4)`, karim.contact, told[0], told[1], o.clock.Now())
	}
	cookie := o.enter("anna@example.org")
	for q, want := range map[string]filed{
		"rahim": rahim, "রহিম": rahim, "করিম": karim, "karim": karim, "০১৭১২৩৪৫৬৭৮": rahim, "+880 1712-345678": rahim, "RAHIM@example": rahim,
		"127/ক": karim, "১২৭": karim, "trad/dncc/098760": karim,
	} {
		body := o.look(contactsPath+"?q="+url.QueryEscape(q), cookie).Body.String()
		for _, f := range []filed{rahim, karim} {
			if found := strings.Contains(body, `href="/console/contacts/`+f.contact.String()+`"`); found != (f == want) {
				t.Errorf("%q: contact %s found: %v", q, f.contact, found)
			}
		}
	}
	for _, q := range []string{fmt.Sprint(rahim.number), fmt.Sprintf("#%d", rahim.number), "১০০০১"} {
		wantWay(t, o.look(contactsPath+"?q="+url.QueryEscape(q), cookie), fmt.Sprintf("%s/%d", casesPath, rahim.number))
	}
	wantPage(t, o.look(contactsPath+"?lang=en&q=zzyzx", cookie), http.StatusOK, "Nobody found")
	wantPage(t, o.look(accountPath+"?lang=en", cookie), http.StatusOK, `action="/console/contacts" role="search"`)
	// A number that is a case's and somebody else's holding shows both.
	o.exec(`UPDATE remembered SET value = to_jsonb('10001'::text) WHERE slot = 'holding_no'`)
	w := o.look(contactsPath+"?lang=en&q=10001", cookie)
	for _, text := range []string{"A case has this number", `href="/console/cases/10001"`, karim.contact.String(), rahim.contact.String()} {
		wantPage(t, w, http.StatusOK, text)
	}
}

func TestPersonIsShownWholeAndNoted(t *testing.T) {
	o := newCounter(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, []int{3})
	f := o.file("রহিম উদ্দিন", "drainage", 12)
	o.exec(`UPDATE contacts SET phone = '+8801712345678' WHERE id = $1`, f.contact)
	o.exec(`INSERT INTO remembered (contact_id, slot, type, value, at) VALUES ($1, 'holding_no', 'text', '"১২/ক"', $2)`, f.contact, o.clock.Now())
	o.exec(`UPDATE conversations SET owner = 'agent', agent_id = $2 WHERE id = $1`, f.conversation, anna.ID)
	o.exec(`INSERT INTO messages (id, conversation_id, seq, direction, author, agent_id, channel, kind, text, status, at)
		VALUES ($1, $2, 9000, 'out', 'agent', $3, 'web', 'text', 'On our way', 'delivered', $4)`, handoff.NewID(), f.conversation, anna.ID, o.clock.Now().Add(-25*time.Hour))
	cookie := o.enter("anna@example.org")
	path := contactPath(f.contact)
	wantPage(t, o.post(path+"/notes", cookie, url.Values{"lang": {"en"}, "text": {" "}}), http.StatusUnprocessableEntity, "Write something here")
	long := strings.Repeat("ক", 2001)
	wantPage(t, o.post(path+"/notes", cookie, url.Values{"lang": {"en"}, "text": {long}}), http.StatusUnprocessableEntity, long)
	wantWay(t, o.post(path+"/notes", cookie, url.Values{"text": {"call <after> five"}}), path+"?done=case_note")
	w := o.look(path+"?lang=en", cookie)
	for _, text := range []string{"রহিম উদ্দিন", "01712345678", "Holding number", "১২/ক", "Web chat", "With an agent", "call &lt;after&gt; five", "Drainage", "3 times", `<li>Anna <time class="soft small-print" datetime="2026-11-22T08:30:00&#43;06:00">yesterday 08:30</time>`, "today 09:30", fmt.Sprintf(`href="/console/cases/%d"`, f.number)} {
		wantPage(t, w, http.StatusOK, text)
	}
	other := o.enter("waste@example.org")
	wantPage(t, o.look(path, other), http.StatusNotFound, "<h1>")
	wantPage(t, o.post(path+"/notes", other, url.Values{"text": {"x"}}), http.StatusNotFound, "<h1>")
	wantPage(t, o.look(contactsPath+"?lang=en", other), http.StatusOK, "You see a part of the record")
	wantPage(t, o.look(contactsPath+"?lang=en&q=10001", other), http.StatusOK, "Nobody found")
}

func TestGuideIsInBothLanguages(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	heads := func(lang, first string) int {
		w := o.look(guidePath+"?lang="+lang, cookie)
		wantPage(t, w, http.StatusOK, first)
		return strings.Count(w.Body.String(), "<h2")
	}
	if bn, en := heads("bn", "<strong>৯৯৯</strong>"), heads("en", "<strong>999</strong>"); bn != en || bn < 7 {
		t.Errorf("%d parts in Bangla, %d in English", bn, en)
	}
}
