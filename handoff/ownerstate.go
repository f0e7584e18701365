package handoff

import (
	"fmt"

	"github.com/looplab/fsm"

	"nagorik/flows"
)

// OwnerEvent is something that may move a conversation from one owner to
// another.
type OwnerEvent string

// The events of a conversation's owner.
const (
	OwnerEscalate OwnerEvent = "escalate" // to the queue: asked for, danger, or given up by its agent
	OwnerTake     OwnerEvent = "take"     // a person takes it, out of the queue or from the bot
	OwnerReclaim  OwnerEvent = "reclaim"  // the citizen asks for the menu while waiting
	OwnerRelease  OwnerEvent = "release"  // the agent hands it back to the bot
)

// ownerMoves says where each event leads from each owner.
var ownerMoves = transitions(fsm.Events{
	{Name: string(OwnerEscalate), Src: names(flows.OwnerBot, flows.OwnerAgent), Dst: string(flows.OwnerQueue)},
	{Name: string(OwnerTake), Src: names(flows.OwnerQueue, flows.OwnerBot), Dst: string(flows.OwnerAgent)},
	{Name: string(OwnerReclaim), Src: names(flows.OwnerQueue), Dst: string(flows.OwnerBot)},
	{Name: string(OwnerRelease), Src: names(flows.OwnerAgent), Dst: string(flows.OwnerBot)},
})

// OwnerAfter returns who owns a conversation after the event. An event that
// its owner does not allow is ErrConflict.
func OwnerAfter(owner flows.Owner, event OwnerEvent) (flows.Owner, error) {
	to, ok := ownerMoves[move{string(owner), string(event)}]
	if !ok {
		return owner, fmt.Errorf("%s a conversation of the %s: %w", event, owner, ErrConflict)
	}
	return flows.Owner(to), nil
}
