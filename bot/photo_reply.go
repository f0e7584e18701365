package bot

import (
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// ErrNoPhoto says that no photo can be sent or linked to.
var ErrNoPhoto = errors.New("no photo can be sent from here: describe it in words")

// Pictured is a channel that can send a photo: Outgoing.Photo. On the others
// the citizen is sent a link to it.
type Pictured interface {
	Pictured()
}

// pictured reports whether a channel sends photos.
func (b *Bot) pictured(channel string) bool {
	_, ok := b.channels[channel].(Pictured)
	return ok
}

// written is what an agent writes as its channel takes it: the photo first,
// then the words; or the words with a link to the photo behind them.
func (b *Bot) written(channel, text, photo string) []handoff.Reply {
	if photo == "" {
		return b.fitted(channel, text, flows.Receipt)
	}
	shot := handoff.NewPhoto{ID: handoff.NewID(), SHA256: photo}
	if b.pictured(channel) {
		detail, _ := json.Marshal(ReplyDetail{Photo: shot.ID.String()}) // never fails
		first := handoff.Reply{ID: handoff.NewID(), Kind: flows.Receipt, Detail: detail, Photo: &shot}
		return append([]handoff.Reply{first}, b.fitted(channel, text, flows.Receipt)...)
	}
	if text != "" {
		text += "\n"
	}
	said := b.fitted(channel, text+b.photoLink(shot.ID), flows.Receipt)
	if len(said) > 0 {
		said[len(said)-1].Photo = &shot
	}
	return said
}

// linked is where a provider fetches the photo of a message; empty: it has
// none.
func (b *Bot) linked(d ReplyDetail) string {
	id, err := uuid.Parse(d.Photo)
	if err != nil || b.photoLink == nil {
		return ""
	}
	return b.photoLink(id)
}
