package handoff

import (
	"context"
	"fmt"
	"time"

	"nagorik/flows"
)

// maxQueue is how many waiting conversations are listed or assigned at once.
const maxQueue = 500

// Queue is what waits for people, as the desk's first page shows it.
type Queue struct {
	Waiting []Conversation // urgent ones first, then the longest wait; at most 500
	Counts  []QueueCount   // of all that people have or wait for, by owner and team
}

// QueueCount counts the open conversations of an owner and a team.
type QueueCount struct {
	Owner  flows.Owner // queue or agent
	Team   string
	N      int
	Urgent int
	Oldest *time.Time // since when the longest of them has waited; nil unless the owner is the queue
}

// Queue reads what waits, as far as the viewer may see it.
func (d *Desk) Queue(ctx context.Context, v Viewer) (Queue, error) {
	var rows []conversationRow
	seen := v.conversations("conversations")
	err := inOrder(seen.apply(d.db.WithContext(ctx)).Where("owner = 'queue' AND closed_at IS NULL")).Limit(maxQueue).Find(&rows).Error
	if err != nil {
		return Queue{}, fmt.Errorf("read the queue: %w", err)
	}
	var q Queue
	if q.Waiting, err = d.conversationsOf(ctx, rows); err != nil {
		return Queue{}, fmt.Errorf("read the queue: %w", err)
	}
	var counts []struct {
		Owner  string
		Team   string
		N      int
		Urgent int
		Oldest *time.Time
	}
	err = seen.apply(d.db.WithContext(ctx).Model(&conversationRow{})).Where("owner <> 'bot' AND closed_at IS NULL").
		Select("owner, team, count(*) AS n, count(*) FILTER (WHERE urgent) AS urgent, min(queued_at) AS oldest").
		Group("owner, team").Order("owner, team").Find(&counts).Error
	if err != nil {
		return Queue{}, fmt.Errorf("count the queue: %w", err)
	}
	for _, c := range counts {
		q.Counts = append(q.Counts, QueueCount{Owner: flows.Owner(c.Owner), Team: c.Team, N: c.N, Urgent: c.Urgent, Oldest: d.localOrNil(c.Oldest)})
	}
	return q, nil
}
