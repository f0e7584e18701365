package api

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// maxNoteShown is how long a note may be, in characters.
const maxNoteShown = 2000

// noteLines are the notes of colleagues as lines of the thread.
func (s *Server) noteLines(notes []handoff.TalkNote) []messageLine {
	lines := make([]messageLine, len(notes))
	for i, n := range notes {
		lines[i] = messageLine{
			Message: handoff.Message{ID: n.ID, Seq: n.Seq, Text: n.Text, At: n.At}, Who: n.By.Name, Side: "note", Named: n.Mentioned,
		}
	}
	return lines
}

// withNotes puts notes where they were written between the messages.
func withNotes(messages, notes []messageLine) []messageLine {
	all := slices.Concat(messages, notes)
	slices.SortStableFunc(all, func(a, b messageLine) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// noteFields are the form for a note, with what was typed.
func (v *conversationView) noteFields(colleagues []handoff.Ref, tried talkTried) {
	note := field{Name: "note", Label: v.Words["talk_note_text"], Rows: 2, Required: true, Most: maxNoteShown, Hint: v.Words["talk_note_hint"]}
	who := field{Name: "mention", Label: v.Words["talk_mention"], Options: []option{{Label: v.Words["talk_mention_nobody"]}}}
	chosen := ""
	if tried.verb == "note" {
		note.Value, chosen, v.Noting = tried.form.Get("note"), tried.form.Get("mention"), true
		switch {
		case tried.fault == nil:
		case tried.fault.Field == "mention":
			who.Fault = v.Words["fault_mention"]
		case strings.TrimSpace(note.Value) == "":
			note.Fault = v.Words["fault_empty"]
		default:
			note.Fault = v.Words["fault_note_long"]
		}
	}
	for _, c := range colleagues {
		who.Options = append(who.Options, option{c.ID.String(), c.Name, c.ID.String() == chosen})
	}
	v.Note = note
	if len(colleagues) > 0 || who.Fault != "" {
		v.Mention = &who
	}
}

func (s *Server) noteTalk(c echo.Context) error {
	return s.doTalk(c, "note", "", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) error {
		n := handoff.NoteOnTalk{Text: form.Get("note")}
		if typed := form.Get("mention"); typed != "" {
			var err error
			if n.Mention, err = uuid.Parse(typed); err != nil {
				return &handoff.FieldError{Field: "mention", Message: "there is no such agent"}
			}
		}
		return s.opt.Talk.Note(ctx, v, id, n)
	})
}

// talkNoteAnswer is a note of the staff on a conversation.
type talkNoteAnswer struct {
	ID        string       `json:"id" jsonschema:"format=uuid"`
	By        nameAnswer   `json:"by"`
	Text      string       `json:"text"`
	Mentioned []nameAnswer `json:"mentioned" jsonschema_description:"the colleagues it names"`
	At        time.Time    `json:"at"`
}

func (s *Server) noteConversation(c echo.Context) error {
	body, err := bodyOf[textBody](c)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Note(ctx, v, id, handoff.NoteOnTalk{Text: body.Text})
	})
}

func shapeTalkNote(n handoff.TalkNote) talkNoteAnswer {
	return talkNoteAnswer{n.ID.String(), shapeName(n.By), n.Text, each(n.Mentioned, shapeName), n.At}
}
