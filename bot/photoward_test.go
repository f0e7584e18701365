package bot_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

// A photo that was read at its upload says the ward before it is asked.
func TestAPhotoSparesTheQuestionForTheWard(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	lat, lon, at := 21.179665, 90.586219, time.Now().Add(-time.Hour) // ward 6 of the sample city
	shot := w.text("61", "ড্রেন বন্ধ")
	shot.Media = []bot.Media{bot.MediaOf(photos.Photo{SHA256: strings.Repeat("ab", 32), Lat: &lat, Lon: &lon, TakenAt: &at})}
	w.accept(shot)
	said := w.talk("61", drain[3])
	if !strings.Contains(said.Text, "ওয়ার্ড: ৬") {
		t.Errorf("after the place: %q", said.Text)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out' AND text LIKE '%ছবিটি ৬ নম্বর ওয়ার্ডে তোলা%'`); n != 1 {
		t.Errorf("it is said %d times where the ward comes from", n)
	}
	w.talk("61", "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM cases WHERE ward = 6 AND ward_by = 'photo'`); n != 1 {
		t.Error("the case does not say that the ward comes from a photo")
	}
	odd := w.text("62", "মেনু")
	odd.Media = []bot.Media{{SHA256: strings.Repeat("cd", 32), Shot: &flows.Shot{Lat: math.NaN(), Lon: 1e300, At: farAway}}}
	w.accept(odd)
	if n := w.count(`SELECT count(*) FROM dead_turns`); n != 0 {
		t.Errorf("%d dead turns", n)
	}
}

// Who does not know the ward has sent a photo that says where it was taken.
func TestAPhotoPlacesACaseWhoseWardNobodyKnows(t *testing.T) {
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	file := func(number int, by string, lat, lon float64) {
		w.exec(`INSERT INTO cases (number, flow, kind, title, status, team, contact_id, conversation_id, channel, answers, opened_at, updated_at, place, ward_by)
			SELECT $1::bigint, 'drainage', 'complaint', 'Drain', 'new', 'drainage', contact_id, id, channel, '{}', now(), now(), '', $2 FROM conversations`, number, by)
		w.exec(`INSERT INTO photos (id, conversation_id, case_number, channel, source, status, at, lat, lon) SELECT $1, id, $2, 'paper', '', 'kept', now(), $3, $4 FROM conversations`,
			handoff.NewID(), number, lat, lon)
		w.exec(`INSERT INTO figure_changes (cases) VALUES (ARRAY[$1::bigint])`, number)
	}
	const inside, insideToo = 21.179665, 90.586219 // ward 6 of the sample city
	file(20001, "unknown", inside, insideToo)
	file(20002, "unknown", 51.5, 0)
	file(20003, "", inside, insideToo)
	if err := w.Background().Again(t.Context(), "place_by_photos"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the ward", func() bool {
		return w.count(`SELECT count(*) FROM cases WHERE number = 20001 AND ward = 6 AND ward_by = 'photo'`) == 1
	})
	if n := w.count(`SELECT count(*) FROM cases WHERE number <> 20001 AND ward IS NOT NULL`); n != 0 {
		t.Errorf("%d other cases were placed", n)
	}
	if n := w.count(`SELECT count(*) FROM case_timeline WHERE case_number = 20001 AND kind = 'ward' AND text = '6'`); n != 1 {
		t.Errorf("it stands %d times on the timeline", n)
	}
	handofftest.Figures(t, w.pool)
	if n := w.count(`SELECT sum(n) FROM figures WHERE what = 'filed' AND NOT monthly AND ward = 6`); n != 1 {
		t.Errorf("the ward counts %d", n)
	}
}
