package handoff

import (
	"testing"

	"github.com/google/uuid"
)

func TestNamesAfterAnAt(t *testing.T) {
	staff := []colleague{
		{ID: uuid.UUID{1}, Name: "রহিমা খাতুন", Email: "rahima@city.example"},
		{ID: uuid.UUID{2}, Name: "রহিমা খাতুন লিপি", Email: "lipi@city.example"},
		{ID: uuid.UUID{3}, Name: "Kamal Hossain", Email: "kamal@city.example"},
		{ID: uuid.UUID{4}, Name: "Kamal", Email: "k@city.example"},
		{ID: uuid.UUID{5}, Name: "Dipu Roy", Email: "dipu@city.example"},
		{ID: uuid.UUID{6}, Name: "Dipu Roy", Email: "roy@city.example"},
		{ID: uuid.UUID{7}, Name: "Mina Das", Email: "mina@city.example"},
	}
	for text, want := range map[string][]byte{
		"@রহিমা খাতুন দেখুন":       {1},
		"@রহিমা খাতুন লিপি, দেখুন": {2},
		"@রহিমা":                 nil, // two have that first name
		"@রহিমা খাতুনের":         nil,
		"@kamal hossain: @KAMAL": {3, 4},
		"ask @Dipu Roy":          {5, 6},
		"(@mina)":                {7},
		"@minar":                 nil,
		"write to a.b@kamal":     nil,
		"@lipi@city.example":     {2},
		"@@Mina Das @Mina":       {7},
		"@":                      nil,
		"trailing @\xff":         nil,
		"@Kamal Hossain and then @kamal@city.example": {3},
	} {
		var got []byte
		for _, c := range namedIn(text, staff) {
			got = append(got, c.ID[0])
		}
		if string(got) != string(want) {
			t.Errorf("%q names %v, want %v", text, got, want)
		}
	}
}
