package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	s := bare(t, nil).server
	for name, c := range map[string]struct {
		part string
		of   any
		want []string
		not  string
	}{
		"tabs":         {"tabs", []tab{{"/a", "Open", "3", true}, {"/b", "Closed", "", false}}, []string{`<a href="/a" aria-current="page">Open <span class="count">3</span>`, `<a href="/b">Closed</a>`}, ""},
		"field":        {"field", field{Name: "n", Label: "L", Value: "<v>", Hint: "H", Fault: "F", Required: true}, []string{`<label for="n">L`, `value="&lt;v&gt;"`, ` required`, `aria-invalid="true" aria-describedby="n-fault n-hint"`, `id="n-fault">F`}, "textarea"},
		"text area":    {"field", field{Name: "n", Label: "L", Value: "v", Rows: 3}, []string{`rows="3"`, ">v</textarea>"}, "aria-invalid"},
		"choice":       {"field", field{Name: "n", Options: []option{{"a", "A", false}, {"b", "B", true}}}, []string{`value="b" selected`}, `"a" selected`},
		"boxes":        {"boxes", boxes{Name: "n", Label: "L", Options: []option{{"a", "A", true}}}, []string{"<legend>L", `name="n" value="a" checked`}, ""},
		"empty":        {"empty", empty{Title: "T", Scope: "S", Limit: []string{"one"}}, []string{"T", "S", "<li>one</li>"}, ""},
		"pager":        {"pager", pager{Next: "/x?next=1", NextName: "More"}, []string{`rel="next" href="/x?next=1"`}, "First"},
		"end of pages": {"pager", pager{}, nil, "nav"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := s.console.pages.ExecuteTemplate(&b, c.part, c.of); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%s lacks %s", b.String(), want)
				}
			}
			if c.not != "" && strings.Contains(b.String(), c.not) {
				t.Errorf("%s has %s", b.String(), c.not)
			}
		})
	}
}

func TestPagerKeepsTheFilter(t *testing.T) {
	s := bare(t, nil).server
	c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/console/audit?kind=case.&next=old&done=saved", nil), httptest.NewRecorder())
	got := page{Words: s.console.words["en"]}.pager(c, "new")
	if got.Next != "/console/audit?kind=case.&next=new" || got.First != "/console/audit?kind=case." {
		t.Errorf("%+v", got)
	}
}
