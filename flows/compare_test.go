package flows

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const comparedFlows = `city:
  settings:
    fee: {value: 500, unit: taka}
texts:
  ask_ward: {bn: কোন ওয়ার্ড?, en: Which ward?}
menu:
  items: [waste, road]
flows:
  waste:
    title: {bn: ময়লা, en: Garbage}
    triggers: [moyla, garbage]
    states:
      one: {say: x, next: two}
`

func TestCompareSaysWhatDiffers(t *testing.T) {
	cases := []struct {
		name, old, changed string
		want               []string
	}{
		{"nothing but a comment", "menu:\n", "# by hand\n\nmenu:   # lines\n", nil},
		{"a value", "value: 500", "value: 700", []string{"city.settings.fee.value changed 500 > 700"}},
		{"a text", "কোন ওয়ার্ড?", "আপনার ওয়ার্ড?", []string{"texts.ask_ward.bn changed কোন ওয়ার্ড? > আপনার ওয়ার্ড?"}},
		{"a service", "flows:\n", "flows:\n  fog:\n    title: {bn: মশা}\n", []string{"flows.fog added  > "}},
		{"a word in a list", "[moyla, garbage]", "[garbage, trash]", []string{"flows.waste.triggers removed moyla > ", "flows.waste.triggers added  > trash"}},
		{"the order", "[waste, road]", "[road, waste]", []string{"menu.items changed waste, road > road, waste"}},
		{"a menu within", "[waste, road]", "[waste, {title: {bn: x}, items: [road]}]", []string{"menu.items removed road > ", "menu.items added  > title: bn: x, items: road"}},
		{"another kind", "say: x", "say: {bn: x}", []string{"flows.waste.states.one.say changed x > bn: x"}},
		{"a section", "menu:\n  items: [waste, road]\n", "", []string{"menu removed  > "}},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			after := strings.Replace(comparedFlows, k.old, k.changed, 1)
			if after == comparedFlows {
				t.Fatal("nothing is replaced")
			}
			c, err := Compare([]File{{"a.yaml", []byte(comparedFlows)}}, []File{{"a.yaml", []byte(after)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range c.Differences {
				got = append(got, fmt.Sprintf("%s %s %s > %s", strings.Join(d.Path, "."), d.Change, d.Was, d.Is))
			}
			if !reflect.DeepEqual(got, k.want) {
				t.Errorf("got %q, want %q", got, k.want)
			}
			if c.Titles["waste"]["en"] != "Garbage" {
				t.Errorf("titles %v", c.Titles)
			}
		})
	}
}

func TestCompareJoinsFilesAndRefusesWhatIsNoYAML(t *testing.T) {
	whole := []File{{"a.yaml", []byte("flows:\n  one: {kind: question}\n  two: {kind: request}\n")}}
	parts := []File{{"a.yaml", []byte("flows:\n  one: {kind: question}\n")}, {"b.yaml", []byte("flows:\n  two: {kind: request}\n")}}
	if c, err := Compare(whole, parts); err != nil || len(c.Differences) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := Compare(whole, []File{{"a.yaml", []byte("flows: [")}}); err == nil || !strings.Contains(err.Error(), "a.yaml") {
		t.Errorf("%v", err)
	}
	if c, err := Compare(nil, whole); err != nil || len(c.Differences) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCompareIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("texts:\n")
	for i := range 2 * maxDifferences {
		fmt.Fprintf(&b, "  t%d: {bn: x}\n", i)
	}
	c, err := Compare([]File{{"a.yaml", []byte("texts: {}\n")}}, []File{{"a.yaml", []byte(b.String())}})
	if err != nil || len(c.Differences) != maxDifferences || !c.More {
		t.Errorf("%d differences, %v", len(c.Differences), err)
	}
}

func TestCompareLooksIntoChangedBlocks(t *testing.T) {
	text := "menu:\n  items:\n    - one\n    - {title: {bn: x}, items: [two]}\n"
	c, err := Compare([]File{{"a.yaml", []byte(text)}}, []File{{"a.yaml", []byte(strings.Replace(text, "[two]", "[two, three]", 1))}})
	if err != nil || len(c.Differences) != 1 || c.Differences[0].Change != Added || c.Differences[0].Is != "three" {
		t.Errorf("%+v, %v", c, err)
	}
}
