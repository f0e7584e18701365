package handoff

import (
	"context"
	"fmt"
	"time"
)

// FirstAnswers is how long people waited for the first answer of a person, in
// conversations that waited and were taken; by the team for which each was
// first taken.
type FirstAnswers struct {
	Team     string // empty: nobody's in particular
	Contacts int
	Median   time.Duration
	P90      time.Duration // within it nine of ten were taken
	Within   int           // taken within the target
}

// FirstAnswers counts them of the conversations that the viewer may see and
// that were opened as the filter says, about what, where and by which channel.
func (d *Desk) FirstAnswers(ctx context.Context, v Viewer, f ConversationFilter, target time.Duration) ([]FirstAnswers, error) {
	db, err := f.narrow(v.conversations("conversations").apply(d.db.WithContext(ctx).Table("conversations")))
	if err != nil {
		return nil, err
	}
	if f.Team != "" {
		db = db.Where("conversations.team = ?", f.Team)
	}
	var rows []struct {
		Team     string  `gorm:"column:team"`
		Contacts int     `gorm:"column:contacts"`
		Median   float64 `gorm:"column:median"`
		P90      float64 `gorm:"column:p90"`
		Within   int     `gorm:"column:within"`
	}
	err = db.Joins("JOIN (SELECT l.conversation_id, l.team, l.at - l.queued_at AS waited"+firstTaken+") taken ON taken.conversation_id = conversations.id").
		Select(`taken.team, count(*) AS contacts,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM taken.waited)) AS median,
			percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM taken.waited)) AS p90,
			count(*) FILTER (WHERE taken.waited <= ? * interval '1 second') AS within`, int64(target/time.Second)).
		Group("taken.team").Order("taken.team").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count first answers: %w", err)
	}
	list := make([]FirstAnswers, len(rows))
	for i, r := range rows {
		list[i] = FirstAnswers{r.Team, r.Contacts, time.Duration(r.Median * float64(time.Second)), time.Duration(r.P90 * float64(time.Second)), r.Within}
	}
	return list, nil
}
