package api

import (
	"time"

	"nagorik/handoff/broadcasts"
	"nagorik/handoff/maybe"
)

// The bodies and answers of broadcasts.
type (
	broadcastBody struct {
		Title     string                    `json:"title" jsonschema_description:"for the staff, at most 200 bytes"`
		Topic     string                    `json:"topic" jsonschema_description:"a topic of the published services: who has left it is not told"`
		Words     broadcasts.Words          `json:"words" jsonschema_description:"texts by channel and language; a channel without any is not used"`
		Audience  broadcasts.Audience       `json:"audience" jsonschema_description:"who fits all of it; what is empty excludes nobody"`
		PerMinute map[broadcasts.Family]int `json:"per_minute,omitempty" jsonschema_description:"recipients a minute by channel; as usual when not given"`
		Emergency string                    `json:"emergency,omitempty" jsonschema_description:"why it goes out in quiet hours too; empty: it does not"`
	}
	broadcastScheduleBody struct {
		At *time.Time `json:"at,omitempty" jsonschema:"nullable" jsonschema_description:"null: now"`
	}
	broadcastReasonBody struct {
		Reason string `json:"reason" jsonschema_description:"why it cannot wait, at most 500 bytes; the audit log keeps it"`
	}
	broadcastTestBody struct {
		Way      string `json:"way" jsonschema:"enum=sms,enum=mail"`
		Language string `json:"language,omitempty"`
		Phone    string `json:"phone,omitempty" jsonschema_description:"of an SMS"`
	}
	broadcastAnswer struct {
		ID string `json:"id" jsonschema:"format=uuid"`
		broadcastBody
		State      string           `json:"state" jsonschema:"enum=draft,enum=scheduled,enum=sending,enum=paused,enum=done,enum=cancelled"`
		Author     nameAnswer       `json:"author"`
		CreatedAt  time.Time        `json:"created_at"`
		ChangedAt  time.Time        `json:"changed_at"`
		DueAt      *time.Time       `json:"due_at" jsonschema:"nullable"`
		BegunAt    *time.Time       `json:"begun_at" jsonschema:"nullable"`
		EndedAt    *time.Time       `json:"ended_at" jsonschema:"nullable"`
		RestsUntil *time.Time       `json:"rests_until" jsonschema:"nullable" jsonschema_description:"it is quiet time, and nothing is sent before; null in lists"`
		Counts     *broadcastCounts `json:"counts" jsonschema:"nullable" jsonschema_description:"recipients by how far they are; null in lists"`
	}
	broadcastCounts struct {
		Total     int `json:"total"`
		Waiting   int `json:"waiting"`
		Sending   int `json:"sending"`
		Sent      int `json:"sent"`
		Delivered int `json:"delivered"`
		Failed    int `json:"failed"`
		Unknown   int `json:"unknown" jsonschema_description:"may have arrived, and is not sent again"`
		Skipped   int `json:"skipped"`
	}
	broadcastPlanAnswer struct {
		Total       int                 `json:"total"`
		Ways        []broadcastWayPlan  `json:"ways"`
		Segments    int                 `json:"segments" jsonschema_description:"of all SMS"`
		Poisha      *int64              `json:"poisha" jsonschema:"nullable" jsonschema_description:"what the SMS cost, in hundredths of a taka; null: nobody has said"`
		Unreachable int                 `json:"unreachable"`
		OptedOut    int                 `json:"opted_out"`
		Twice       int                 `json:"twice" jsonschema_description:"another contact has the same address and is told there"`
		Hindered    []broadcastHindered `json:"hindered" jsonschema_description:"why ways are closed to those who are told by none, the most frequent first"`
	}
	broadcastWayPlan struct {
		Way        string `json:"way" jsonschema:"enum=messenger,enum=template,enum=sms,enum=mail"`
		Recipients int    `json:"recipients"`
		Segments   int    `json:"segments"`
	}
	broadcastHindered struct {
		Way    string `json:"way"`
		Reason string `json:"reason"`
		N      int    `json:"n"`
	}
	broadcastResultsAnswer struct {
		Counts   broadcastCounts    `json:"counts"`
		Ways     []broadcastWay     `json:"ways"`
		Failures []broadcastFailure `json:"failures" jsonschema_description:"what failed, is unknown or was skipped, by reason, the most frequent first"`
		Segments int                `json:"segments"`
		Tests    int                `json:"tests"`
	}
	broadcastWay struct {
		Way      string          `json:"way"`
		Counts   broadcastCounts `json:"counts"`
		Segments int             `json:"segments"`
	}
	broadcastFailure struct {
		Way    string `json:"way"`
		Status string `json:"status"`
		Reason string `json:"reason"`
		N      int    `json:"n"`
	}
	broadcastTestAnswer struct {
		Way      string    `json:"way"`
		Language string    `json:"language"`
		Segments int       `json:"segments"`
		Status   string    `json:"status" jsonschema:"enum=sent,enum=failed,enum=unknown"`
		Reason   string    `json:"reason"`
		At       time.Time `json:"at"`
	}
)

func (b broadcastBody) draft() broadcasts.Draft {
	return broadcasts.Draft{Title: b.Title, Topic: b.Topic, Words: b.Words, Audience: b.Audience, PerMinute: b.PerMinute, Emergency: b.Emergency}
}

func shapeBroadcast(b broadcasts.Broadcast) broadcastAnswer {
	return broadcastAnswer{
		ID:            b.ID.String(),
		broadcastBody: broadcastBody{Title: b.Title, Topic: b.Topic, Words: b.Words, Audience: b.Audience, PerMinute: b.PerMinute, Emergency: b.Emergency},
		State:         string(b.State), Author: shapeName(b.Author), CreatedAt: b.CreatedAt, ChangedAt: b.ChangedAt,
		DueAt: maybe.Null(b.DueAt), BegunAt: maybe.Null(b.BegunAt), EndedAt: maybe.Null(b.EndedAt),
	}
}

func shapeCounts(c broadcasts.Counts) *broadcastCounts {
	return &broadcastCounts{c.Total, c.Waiting, c.Sending, c.Sent, c.Delivered, c.Failed, c.Unknown, c.Skipped}
}

func shapePlan(p broadcasts.Plan) broadcastPlanAnswer {
	a := broadcastPlanAnswer{
		Total: p.Total, Segments: p.Segments, Unreachable: p.Unreachable, OptedOut: p.OptedOut, Twice: p.Twice,
		Ways: each(p.Ways, func(w broadcasts.WayCount) broadcastWayPlan {
			return broadcastWayPlan{string(w.Way), w.Recipients, w.Segments}
		}),
		Hindered: each(p.Hindered, func(h broadcasts.Hindered) broadcastHindered { return broadcastHindered{string(h.Way), h.Reason, h.N} }),
	}
	if p.Priced {
		a.Poisha = &p.Poisha
	}
	return a
}

func shapeResults(r broadcasts.Results) broadcastResultsAnswer {
	return broadcastResultsAnswer{
		Counts: *shapeCounts(r.Counts), Segments: r.Segments, Tests: r.Tests,
		Ways: each(r.Ways, func(w broadcasts.WayResult) broadcastWay {
			return broadcastWay{string(w.Way), *shapeCounts(w.Counts), w.Segments}
		}),
		Failures: each(r.Failures, func(f broadcasts.Failure) broadcastFailure {
			return broadcastFailure{string(f.Way), string(f.Status), f.Reason, f.N}
		}),
	}
}
