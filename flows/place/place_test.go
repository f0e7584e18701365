package place

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestSamplePoints(t *testing.T) {
	raw, err := os.ReadFile("testdata/wards_sample_points.tsv")
	if err != nil {
		t.Fatal(err)
	}
	m := Sample()
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
	if len(lines) != 16 {
		t.Fatalf("%d points, want 16", len(lines))
	}
	for _, line := range lines {
		f := strings.Split(line, "\t")
		t.Run(f[2]+" "+f[3], func(t *testing.T) {
			lon, _ := strconv.ParseFloat(f[0], 64)
			lat, _ := strconv.ParseFloat(f[1], 64)
			want, _ := strconv.Atoi(f[2])
			w, ok := m.At(lat, lon)
			if w.Number != want || ok != (want != 0) {
				t.Errorf("At(%v, %v) = %d, %v, want %s", lat, lon, w.Number, ok, f[2])
			}
		})
	}
}

func TestSample(t *testing.T) {
	m := Sample()
	if m.Max() != 12 || len(m.Wards()) != 12 || !m.HasPolygons() {
		t.Errorf("max %d, %d wards", m.Max(), len(m.Wards()))
	}
	if m.City("bn") != "নমুনানগর সিটি কর্পোরেশন (কাল্পনিক)" || m.City("en") != "Namunanagar City Corporation (fictional)" {
		t.Errorf("city %q, %q", m.City("bn"), m.City("en"))
	}
	w, ok := m.Ward(8)
	if !ok || w.Zone != 2 || w.Name[English] != "Dighirpar" || w.ZoneName[English] != "Zone 2 (Centre)" || len(w.Areas[Bangla]) != 2 {
		t.Errorf("ward 8: %+v", w)
	}
	if _, ok := m.Ward(13); ok {
		t.Error("there is no ward 13")
	}
}

// found writes matches as "number area" in the language given, for comparing.
func found(matches []Match, lang string) string {
	var parts []string
	for _, m := range matches {
		parts = append(parts, fmt.Sprintf("%d %s", m.Ward.Number, inLanguage(m.Area, lang)))
	}
	return strings.Join(parts, "; ")
}

func TestFindInSample(t *testing.T) {
	m := Sample()
	for text, want := range map[string]string{
		"বটতলা": "1 Bottola", "bottola": "1 Bottola", "আমি বটতলায় থাকি": "1 Bottola", "botola": "1 Bottola", "বটতলা বাজার": "1 Bottola Bazar",
		"Bottola Bazaar": "1 Bottola Bazar", "college para": "2 Collegepara", "কলেজপাড়ায়": "2 Collegepara", "stesion rod": "3 Station Road",
		"ষ্টেশন রোড": "3 Station Road", "simultali": "5 Shimultoli", "mastarpara": "6 Masterpara", "হাসপাতাল": "7 Hospital Mor", "দিঘীরপার": "8 Dighirpar",
		"shal bon": "10 Shalbon", "new bus terminal": "11 Notun Bus Terminal", "চর নমুনা": "12 Charnomuna", "রেলগেইট": "3 Railgate", "milgate": "9 Millgate",
		"road 5": "", "house 12 road 5": "", "মিরপুর ১২": "", "ward 5": "", "আমার বাসার সামনে ময়লা": "", "hello": "", "": "", "12": "", "রোড": "", "জানি না": "",
	} {
		if got := found(m.Find(text), English); got != want {
			t.Errorf("Find(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMatchesAreShownInBothLanguages(t *testing.T) {
	got := Sample().Find("kheyaghat")
	want := map[string]string{Bangla: "খেয়াঘাট", English: "Kheyaghat"}
	if len(got) != 1 || !reflect.DeepEqual(got[0].Area, want) {
		t.Errorf("%+v", got)
	}
}

// dhaka is a city without polygons, with the traps of domain.md §5.6 in it.
func dhaka(t *testing.T) *Map {
	t.Helper()
	bn := func(areas ...string) map[string][]string { return map[string][]string{Bangla: areas} }
	m, problems := New(map[string]string{Bangla: "ঢাকা"}, []Ward{
		{Number: 38, Areas: bn("বাড্ডা")},
		{Number: 2, Areas: bn("মিরপুর ১২", "পল্লবী", "কালশী")},
		{Number: 5, Areas: bn("মিরপুর ১১")},
		{Number: 1, Areas: bn("উত্তরা সেক্টর ১–১০")},
		{Number: 51, Areas: bn("উত্তরা সেক্টর ১১–১৪")},
		{Number: 21, Areas: map[string][]string{English: {"Badda"}}},
		{Number: 37, Areas: map[string][]string{English: {"Badda"}}},
		{Number: 15, Areas: bn("ধানমন্ডি ১৫")},
		{Number: 30, Name: map[string]string{Bangla: "মোহাম্মদপুর"}, Aliases: []string{"Noorjahan"}},
		{Number: 9, Areas: bn("গাবতলী")},
		{Number: 22, Areas: bn("রামপুরা", "বনশ্রী")},
		{Number: 19, Areas: map[string][]string{English: {"Gulshan 2"}}},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func TestFindTraps(t *testing.T) {
	m := dhaka(t)
	for text, want := range map[string]string{
		"mirpur 12": "2 মিরপুর ১২", "মিরপুর ১১": "5 মিরপুর ১১", "মীরপুর-১২ নম্বর": "2 মিরপুর ১২", "mirpr 12": "2 মিরপুর ১২",
		"mirpur": "2 মিরপুর ১২; 5 মিরপুর ১১", "মিরপুরে": "2 মিরপুর ১২; 5 মিরপুর ১১", "mirpur 15": "", "mirpor 1": "",
		"sector 11 uttara": "51 উত্তরা সেক্টর ১১–১৪", "উত্তরা সেক্টর ৭": "1 উত্তরা সেক্টর ১–১০", "uttara": "1 উত্তরা সেক্টর ১–১০; 51 উত্তরা সেক্টর ১১–১৪",
		"সেক্টর ১১": "", "ধানমন্ডি ২৭": "", "badda": "21 Badda; 37 Badda; 38 বাড্ডা", "বাড্ডায়": "21 Badda; 37 Badda; 38 বাড্ডা",
		"muhammadpur": "30 মোহাম্মদপুর", "nurjahan": "30 মোহাম্মদপুর", "gabtali": "9 গাবতলী", "banasree": "22 বনশ্রী", "pallabi": "2 পল্লবী",
		"gulshan dui": "19 Gulshan 2", "গুলশান ২": "19 Gulshan 2", "গুলশান ১": "", "rampura banasree": "22 রামপুরা",
	} {
		if got := found(m.Find(text), Bangla); got != want {
			t.Errorf("Find(%q) = %q, want %q", text, got, want)
		}
	}
	if _, ok := m.At(23.8, 90.4); ok || m.HasPolygons() || m.Max() != 51 {
		t.Error("a list of wards has no polygons")
	}
}

func square(x, y float64) string {
	return fmt.Sprintf("[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]", x, y, x+1, y, x+1, y+1, x, y+1, x, y)
}

func layer(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func feature(props, geometry string) string {
	return `{"type":"Feature","properties":` + props + `,"geometry":` + geometry + `}`
}

func TestLoadProblems(t *testing.T) {
	polygon := func(rings ...string) string {
		return `{"type":"Polygon","coordinates":[` + strings.Join(rings, ",") + `]}`
	}
	good := feature(`{"ward_no":1,"name_bn":"উত্তর পাড়া"}`, polygon(square(0, 0)))
	for _, c := range []struct {
		name, second string
		problem      string // "" for none
		wards        int
	}{
		{"neighbours", feature(`{"ward_no":2}`, polygon(square(1, 0))), "", 2},
		{"other property names", feature(`{"WARD":"Ward-02","Zone":"Zone 3"}`, polygon(square(1, 0))), "", 2},
		{"Bangla number", feature(`{"ward_no_bn":"২"}`, polygon(square(1, 0))), "", 2},
		{"no geometry", feature(`{"ward_no":2}`, `null`), "", 2},
		{"no number", feature(`{"name_en":"x"}`, polygon(square(1, 0))), "no usable ward number", 1},
		{"twice", feature(`{"ward_no":1}`, polygon(square(1, 0))), "ward 1 is there already", 1},
		{"overlap", feature(`{"ward_no":2}`, polygon(square(0.5, 0.5))), "overlaps ward 1", 2},
		{"the same shape", feature(`{"ward_no":2}`, polygon(square(0, 0))), "overlaps ward 1", 2},
		{"not closed", feature(`{"ward_no":2}`, polygon("[[1,0],[2,0],[2,1],[1,1]]")), "not closed", 2},
		{"crosses itself", feature(`{"ward_no":2}`, polygon("[[2,0],[4,1],[4,0],[2,2],[2,0]]")), "crosses itself", 2},
		{"a line", feature(`{"ward_no":2}`, polygon("[[2,0],[3,0],[2,0]]")), "without an area", 2},
		{"latitude first", feature(`{"ward_no":2}`, polygon("[[23.7,90.3],[23.8,90.3],[23.8,90.4],[23.7,90.3]]")), "longitude first", 2},
		{"the name of another", feature(`{"ward_no":2,"name":"North","aliases":["উত্তর  পাড়া"]}`, `null`), "is a name of ward 1 as well", 2},
		{"metres", feature(`{"ward_no":2}`, polygon("[[234000,2634000],[234100,2634000],[234100,2634100],[234000,2634000]]")), "WGS 84", 2},
		{"a point", feature(`{"ward_no":2}`, `{"type":"Point","coordinates":[1,2]}`), "not a Polygon", 2},
		{"short positions", feature(`{"ward_no":2}`, polygon("[[1],[2],[3],[1]]")), "WGS 84", 2},
		{"no feature", `17`, "is not a feature", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, problems, err := Load([]byte(layer(good, c.second)))
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Wards()) != c.wards {
				t.Errorf("%d wards, want %d", len(m.Wards()), c.wards)
			}
			text := fmt.Sprint(problems)
			if c.problem == "" && len(problems) > 0 || !strings.Contains(text, c.problem) {
				t.Errorf("problems %s, want %q", text, c.problem)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "not JSON": "ward", "other type": `{"type":"Feature"}`, "no features": layer(), "no ward": layer(feature(`{}`, `null`)), "null": "null",
	} {
		if m, _, err := Load([]byte(text)); err == nil || m != nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLoadReadsListsAndNames(t *testing.T) {
	m, problems, err := Load([]byte("\uFEFF" + layer(feature(`{"ward_no":3,"zone_no":2,"name":"Lalbag","name_bn":"লালবাগ","localities":"Azimpur, Nawabganj","aliases":["Lalbagh Kella"],"city":"Dhaka"}`, `null`))))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	w, _ := m.Ward(3)
	want := Ward{
		Number: 3, Zone: 2, Name: map[string]string{English: "Lalbag", Bangla: "লালবাগ"}, ZoneName: map[string]string{},
		Areas: map[string][]string{English: {"Azimpur", "Nawabganj"}}, Aliases: []string{"Lalbagh Kella"},
	}
	if !reflect.DeepEqual(w, want) {
		t.Errorf("%+v", w)
	}
	if m.City(Bangla) != "Dhaka" || found(m.Find("আজিমপুর"), English) != "3 Azimpur" || found(m.Find("kella"), English) != "" {
		t.Errorf("%q, %v", m.City(Bangla), m.Find("আজিমপুর"))
	}
}

func TestSharedBorderGoesToTheLowerNumber(t *testing.T) {
	poly := func(x float64) string { return `{"type":"Polygon","coordinates":[` + square(x, 0) + `]}` }
	m, _, err := Load([]byte(layer(feature(`{"ward_no":7}`, poly(1)), feature(`{"ward_no":4}`, poly(0)))))
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := m.At(0.5, 1); !ok || w.Number != 4 {
		t.Errorf("ward %d, %v", w.Number, ok)
	}
}

// FuzzLoad: no bytes make Load panic, and what it returns can be asked.
func FuzzLoad(f *testing.F) {
	f.Add(sampleLayer)
	f.Add([]byte(layer(feature(`{"ward_no":1}`, `{"type":"Polygon","coordinates":[`+square(0, 0)+`]}`), feature(`{"ward":"২"}`, `null`))))
	f.Add([]byte(layer(feature(`{"ward_no":1}`, `{"type":"MultiPolygon","coordinates":[[],[[]],[[[]]]]}`))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, _, err := Load(raw)
		if err != nil {
			return
		}
		if m.Max() < 1 || len(m.Wards()) == 0 {
			t.Error("a map without a ward")
		}
		m.At(0.5, 0.5)
		m.Find("বটতলা ১২")
	})
}

// FuzzFind: no text makes Find panic; matches are sorted wards of the map, each once.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"বটতলা", "mirpur 12", "sector 11 uttara", "", "12", "\xff"} {
		f.Add(s)
	}
	m := Sample()
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, match := range m.Find(s) {
			if match.Ward.Number <= last || len(match.Area) == 0 {
				t.Errorf("Find(%q): %+v", s, match)
			}
			last = match.Ward.Number
		}
	})
}

func BenchmarkAt(b *testing.B) {
	m := Sample()
	b.ReportAllocs()
	for b.Loop() {
		m.At(21.167046, 90.612463)
	}
}

func BenchmarkFind(b *testing.B) {
	m := Sample()
	for name, text := range map[string]string{"exact": "বটতলা", "near": "stesion rod", "none": "আমার বাসার সামনে ময়লা পানি"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Find(text)
			}
		})
	}
}
