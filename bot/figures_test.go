package bot_test

import (
	"testing"

	"nagorik/handoff"
)

// Figures that are not what the rows say are found by the hourly check, mended,
// and told of.
func TestFiguresThatDifferAreToldOf(t *testing.T) {
	w := newTown(t, settings{})
	w.exec(`INSERT INTO figures (what, monthly, ward, day, flow, kind, channel, team, key, n, total)
		VALUES ('filed', false, -1, (now() AT TIME ZONE interval '6 hours')::date, '', '', 'web', '', '', 7, 0)`)
	eventually(t, "an alarm", func() bool {
		w.exec(`DELETE FROM figure_checks`) // the round at the start has looked at this day
		if err := w.Background().Again(t.Context(), "check_figures"); err != nil {
			t.Fatal(err)
		}
		return w.count(`SELECT count(*) FROM alarms WHERE kind = '`+handoff.AlarmFigures+`' AND cleared_at IS NULL AND text LIKE '% figures 1'`) == 1
	})
	if n := w.count(`SELECT count(*) FROM figures`); n != 0 {
		t.Errorf("%d figures that count nothing are left", n)
	}
}
