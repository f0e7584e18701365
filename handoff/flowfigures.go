package handoff

import (
	"context"
	"fmt"
	"time"

	"nagorik/flows"
)

// FlowAsk is what is asked of what happens in the flows. From and To are
// midnights of Asia/Dhaka, at the beginning of the first and of the last day;
// empty fields do not narrow it.
type FlowAsk struct {
	From, To time.Time
	Flow     string
	Version  int64
	Channel  string
	Language string
}

// FlowStep counts one way of people through a service, as flows.Passage names
// it.
type FlowStep struct {
	Flow string
	From string
	To   string
	Way  flows.Passing
	N    int64
}

// maxFlowSteps bounds the ways that are counted apart.
const maxFlowSteps = 20000

// countedPassages are the counts, folded and not yet, of the days asked for.
const countedPassages = `(SELECT day, version, channel, language, flow, from_state, to_state, way, n FROM passages WHERE day BETWEEN @from AND @to
	UNION ALL SELECT d.day, u.* FROM passage_deltas d, unnest(d.version, d.channel, d.language, d.flow, d.from_state, d.to_state, d.way, d.n)
		AS u(version, channel, language, flow, from_state, to_state, way, n) WHERE d.day BETWEEN @from AND @to) AS c
	WHERE (@version = 0 OR version = @version) AND (@channel = '' OR channel = @channel) AND (@language = '' OR language = @language)`

func (a FlowAsk) values() map[string]any {
	return map[string]any{
		"from": a.From.Format(time.DateOnly), "to": a.To.Format(time.DateOnly),
		"version": a.Version, "channel": a.Channel, "language": a.Language, "flow": a.Flow,
	}
}

// FlowSteps counts how people went through one service.
func (d *Desk) FlowSteps(ctx context.Context, v Viewer, a FlowAsk) ([]FlowStep, error) {
	return d.flowSteps(ctx, v, a, `SELECT flow, from_state AS "from", to_state AS "to", way, sum(n)::bigint AS n FROM `+countedPassages+` AND flow = @flow
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)
}

// FlowDoors counts how people came into each service and left it, and what was
// not understood: the steps within a service are left out.
func (d *Desk) FlowDoors(ctx context.Context, v Viewer, a FlowAsk) ([]FlowStep, error) {
	return d.flowSteps(ctx, v, a, `SELECT flow, CASE WHEN from_state = '' THEN '' ELSE '*' END AS "from", CASE WHEN to_state = '' THEN '' ELSE '*' END AS "to", way, sum(n)::bigint AS n
		FROM `+countedPassages+` AND (from_state = '' OR to_state = '') AND way <> 'carried' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)
}

func (d *Desk) flowSteps(ctx context.Context, v Viewer, a FlowAsk, sql string) ([]FlowStep, error) {
	if !v.writesFlows() {
		return nil, fmt.Errorf("what happens in the flows: %w", ErrNotFound)
	}
	values := a.values()
	values["most"] = maxFlowSteps
	var list []FlowStep
	if err := d.db.WithContext(ctx).Raw(sql+` LIMIT @most`, values).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("count what happens in the flows: %w", err)
	}
	return list, nil
}

// InsideFlow counts who stands in a service now, by state. Days do not narrow
// it.
func (d *Desk) InsideFlow(ctx context.Context, v Viewer, a FlowAsk) (map[string]int64, error) {
	if !v.writesFlows() {
		return nil, fmt.Errorf("who is inside the flows: %w", ErrNotFound)
	}
	var list []struct {
		State string
		N     int64
	}
	err := d.db.WithContext(ctx).Raw(`SELECT COALESCE(checkpoint->>'state', '') AS state, count(*) AS n FROM conversations
		WHERE closed_at IS NULL AND checkpoint->>'flow' = @flow AND (@version = 0 OR COALESCE((checkpoint->>'catalog')::bigint, 0) = @version)
			AND (@channel = '' OR channel = @channel) AND (@language = '' OR checkpoint->>'language' = @language)
		GROUP BY 1`, a.values()).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count who is inside the flows: %w", err)
	}
	inside := make(map[string]int64, len(list))
	for _, i := range list {
		inside[i.State] = i.N
	}
	return inside, nil
}
