package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/flows"
)

// fogForm is a form that asks for a service with three questions and a photo.
func fogForm(template flows.Template) url.Values {
	return url.Values{
		"template": {string(template)}, "title_bn": {"মশার ওষুধ"}, "title_en": {"Fog my street"}, "team": {"fogging"}, "menu": {"1"}, "photo": {"yes"}, "days": {"৩"},
		"words": {"রাস্তায় ধোঁয়া, lane fog"}, "q1_bn": {"কোন রাস্তা?"}, "q1_en": {"Which street?"}, "q1_type": {"text"},
		"q2_bn": {"কখন মশা বেশি?"}, "q2_en": {"When is it worst?"}, "q2_type": {"choice"}, "q2_choices": {"সকাল = Morning, সন্ধ্যা = Evening"},
		"q3_bn": {"কতটি বাড়ি?"}, "q3_en": {"How many houses?"}, "q3_type": {"number"}, "answer_bn": {"শুক্রবার।"}, "answer_en": {"On Friday."},
	}
}

func TestNewServiceIsWrittenIntoTheDraft(t *testing.T) {
	for _, template := range flows.Templates() {
		t.Run(string(template), func(t *testing.T) {
			w := newWorkshop(t)
			anna := w.enter("anna@example.org")
			says(t, w.look(english(withQuery(newServicePath, "template", string(template))), anna), "New service", "Question 3", "Report a problem")
			wantWay(t, w.post(newServicePath, anna, fogForm(template)), draftPath+"?done=service_added&flow=fog_my_street")
			page := w.look(english(draftPath+"?flow=fog_my_street"), anna)
			says(t, page, "Faults: 0,", "fog_my_street:", "Which street?")
			review := w.look(english(draftPath+"/publish"), anna)
			says(t, review, "Service “Fog my street”", "lines of the menu added")
		})
	}
}

func TestNewServiceSaysWhatIsMissing(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	for name, c := range map[string]struct {
		change func(url.Values)
		said   string
	}{
		"no name":       {func(f url.Values) { f.Del("title_en") }, "Give a name in both languages"},
		"no question":   {func(f url.Values) { f.Del("q2_bn") }, "Write the question"},
		"no choices":    {func(f url.Values) { f.Set("q2_choices", "একটি") }, "Write 2 to 10 answers"},
		"many days":     {func(f url.Values) { f.Set("days", "400") }, "from 1 to 365"},
		"odd id":        {func(f url.Values) { f.Set("id", "Fog me") }, "Begin with a small English letter"},
		"there already": {func(f url.Values) { f.Set("id", "waste") }, "there is a service &#34;waste&#34; already"},
		"no department": {func(f url.Values) { f.Del("team") }, "Choose a department"},
	} {
		t.Run(name, func(t *testing.T) {
			form := fogForm(flows.TemplateReport)
			c.change(form)
			r := w.post(english(newServicePath), anna, form)
			wantPage(t, r, http.StatusUnprocessableEntity, c.said)
			if !strings.Contains(r.Body.String(), "কোন রাস্তা?") {
				t.Error("what was typed is gone")
			}
		})
	}
}
