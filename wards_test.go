package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nagorik/handoff/handofftest"
)

func TestWardsImport(t *testing.T) {
	t.Parallel()
	c := command{settings: []string{"DATABASE_URL=" + handofftest.DSN(t)}}
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sample, err := os.ReadFile("flows/place/wards_sample.geojson")
	if err != nil {
		t.Fatal(err)
	}
	good := file("city.geojson", string(sample))
	out := c.must(t, "wards", "import", good)
	if !strings.Contains(out, "12 wards, the highest is 12; 12 with a shape; 3 zones") || !strings.Contains(out, "Stored.") {
		t.Errorf("import says %q", out)
	}
	if out := c.must(t, "wards", "import", "--check", good); strings.Contains(out, "Stored") {
		t.Errorf("--check says %q", out)
	}
	square := func(n, x string) string {
		return `{"type":"Feature","properties":{"ward_no":` + n + `,"name_bn":"উত্তর পাড়া"},"geometry":{"type":"Polygon","coordinates":[[[` + x + `,0],[9,0],[9,9],[` + x + `,9],[` + x + `,0]]]}}`
	}
	larger := strings.ReplaceAll(string(sample), `"ward_no":12,`, `"ward_no":77,`)
	c.must(t, "wards", "import", "--force", file("larger.geojson", larger))
	talk := c
	talk.stdin = "ড্রেন বন্ধ, ওয়ার্ড ৭৭\n\n"
	if out := talk.must(t, "chat", "--channel", "sms"); !strings.Contains(out, "ঠিক কোথায়") {
		t.Errorf("chat does not know the imported ward 77: %q", out)
	}
	bad := file("bad.geojson", `{"type":"FeatureCollection","features":[`+square("1", "0")+`,`+square("2", "1")+`]}`)
	o := c.run(t, "wards", "import", bad)
	if o.code != exitFault || !strings.Contains(o.errOut, "nothing is stored") || !strings.Contains(o.out, "ward 2 overlaps ward 1") || !strings.Contains(o.out, "is a name of ward 1 as well") {
		t.Errorf("a bad layer: exit %d, %q, %q", o.code, o.out, o.errOut)
	}
	if out := c.must(t, "wards", "import", "--force", bad); !strings.Contains(out, "Stored.") {
		t.Errorf("--force says %q", out)
	}
	for _, args := range [][]string{{"wards", "import", good + ".none"}, {"wards", "import", file("text", "hello")}} {
		if o := c.run(t, args...); o.code != exitFault || strings.Count(o.errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", args, o.code, o.errOut)
		}
	}
}
