package lenient_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot/lenient"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"object":           {`{"a":1}`, true},
		"blanks around":    {" \r\n{\"a\": 1}\t", true},
		"number":           {`12`, true},
		"empty":            {``, false},
		"blank":            {"  ", false},
		"open":             {`{"a":`, false},
		"open string":      {`{"a":"}`, false},
		"trailing":         {`{"a":1}}}`, false},
		"two values":       {`{} {}`, false},
		"escaped quote":    {`"a\""`, true},
		"escaped slash":    {`"a\\"`, true},
		"comma only":       {`,`, false},
		"nested very deep": {strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20), true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := lenient.Parse([]byte(c.body)); ok != c.ok {
				t.Errorf("ok = %v, want %v", ok, c.ok)
			}
		})
	}
}

func TestBrokenElementKeepsNeighbours(t *testing.T) {
	root, ok := lenient.Parse([]byte(`{"list":[{"n":1},{"n" 2},[{]],{"n":3}]}`))
	if !ok {
		t.Fatal("not parsed")
	}
	var sound []string
	for item := range root.Member("list").Items() {
		if item.Sound() {
			sound = append(sound, string(item))
		}
	}
	if got := strings.Join(sound, " "); got != `{"n":1} {"n":3}` {
		t.Errorf("sound elements: %s", got)
	}
}

func TestMembers(t *testing.T) {
	root, _ := lenient.Parse([]byte(`{ "a" : [1,2] , "b":{"c":"}"}, "a":"last" , "e":{} }`))
	var names []string
	for name := range root.Members() {
		names = append(names, string(name))
	}
	if got := strings.Join(names, ","); got != "a,b,a,e" {
		t.Errorf("names %s", got)
	}
	if got := string(root.Member("a")); got != `"last"` {
		t.Errorf("member a = %s", got)
	}
	if got := string(root.Member("b").Member("c")); got != `"}"` {
		t.Errorf("member b.c = %s", got)
	}
	if got := root.Member("none"); got.Kind() != lenient.Absent || got.Sound() {
		t.Errorf("absent member = %s", got)
	}
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		max  int
		want string
		ok   bool
	}{
		"plain":             {`"hello"`, 0, "hello", true},
		"escapes":           {`"\u003Cb>\/ \"q\" \\ \t"`, 0, "<b>/ \"q\" \\ \t", true},
		"bangla with zwj":   {`"\u09b0\u200d\u09cd\u09af"`, 0, "র\u200d্য", true},
		"surrogate pair":    {`"\ud83e\udd9f"`, 0, "🦟", true},
		"lone surrogate":    {`"\ud83e"`, 0, "\uFFFD", true},
		"invalid utf-8":     {"\"\xff\xfe\"", 0, "\uFFFD\uFFFD", true},
		"nul":               {`"a\u0000b"`, 0, "ab", true},
		"cut by characters": {`"মশা মশা"`, 3, "মশা", true},
		"two high halves":   {`"\ud83e\ud83e\udd9f"`, 0, "\uFFFD🦟", true},
		"half before text":  {`"\ud83ex"`, 0, "\uFFFDx", true},
		"short escape":      {`"\u12"`, 0, "", false},
		"no such escape":    {`"\q"`, 0, "", false},
		"capital digits":    {`"\u09AE"`, 0, "ম", true},
		"number":            {`12`, 0, "", false},
		"null":              {`null`, 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := lenient.Value(c.json).Text(c.max)
			if got != c.want || ok != c.ok {
				t.Errorf("got %q, %v; want %q, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestID(t *testing.T) {
	for json, want := range map[string]string{
		`"6100"`: "6100", `6100`: "6100", `6.1e3`: "", `-1`: "", `null`: "", `{}`: "", `"123456789"`: "",
	} {
		if got := lenient.Value(json).ID(8); got != want {
			t.Errorf("%s: got %q, want %q", json, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	want := time.UnixMilli(1795406400123).UTC()
	for json, want := range map[string]time.Time{
		`1795406400123`:     want,
		`1795406400123.0`:   want,
		`"1795406400123"`:   want,
		`1.795406400123e12`: want,
		`1795406400`:        want.Truncate(time.Second),
		`0`:                 {},
		`-5`:                {},
		`1e300`:             {},
		`"soon"`:            {},
		`null`:              {},
		`"NaN"`:             {},
	} {
		if got := lenient.Value(json).Time(); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", json, got, want)
		}
	}
}

// likeJSON holds a sound string against what encoding/json reads.
func likeJSON(t *testing.T, v lenient.Value) {
	var want string
	if v.Kind() != lenient.String || !v.Sound() || json.Unmarshal(v, &want) != nil {
		return
	}
	if got, ok := v.Text(0); !ok || got != strings.ReplaceAll(want, "\x00", "") {
		t.Fatalf("%s reads %q, want %q", v, got, want)
	}
}

// FuzzValue holds the walk against encoding/json: whatever is sound gives the
// same members, and nothing at all panics or gives text PostgreSQL refuses.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"c\""}],"d":null}`, `{"a" 1}`, `[}`, `"\ud83e"`, `["\ud83e\udd9f\u0000\n"]`, `{"":{}}`, "\"\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, ok := lenient.Parse(body)
		if json.Valid(body) && !ok {
			t.Fatal("valid JSON is refused")
		}
		var want map[string]json.RawMessage
		same := v.Kind() == lenient.Object && v.Sound() && json.Unmarshal(v, &want) == nil && !strings.Contains(string(v), `\`) && utf8.Valid(v)
		n := make(map[string]bool)
		for name, m := range v.Members() {
			n[string(name)] = true
			m.Float()
			m.Time()
			likeJSON(t, m)
			if s, _ := m.Text(5); strings.ContainsRune(s, 0) || !utf8.ValidString(s) || utf8.RuneCountInString(s) > 5 {
				t.Fatalf("text %q", s)
			}
		}
		if same && len(n) != len(want) {
			t.Fatalf("%d members, want %d", len(n), len(want))
		}
		likeJSON(t, v)
		for item := range v.Items() {
			likeJSON(t, item)
			item.ID(10)
		}
	})
}
