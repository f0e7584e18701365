package messenger_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
)

func TestPhotoIsAnAttachment(t *testing.T) {
	answer := &fixed{status: http.StatusOK, body: []byte(`{"recipient_id":"1","message_id":"m_1"}`)}
	out := outgoing()
	out.Text, out.Photo, out.Human = "", `https://city.example/photo/a"b`, true
	if _, err := against(t, answer).Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	var body struct {
		Message struct {
			Text       *string
			Metadata   string
			Attachment struct {
				Type    string
				Payload struct{ URL string }
			}
		}
	}
	if err := json.Unmarshal(answer.last, &body); err != nil {
		t.Fatal(err)
	}
	m := body.Message
	if m.Text != nil || m.Attachment.Type != "image" || m.Attachment.Payload.URL != out.Photo || m.Metadata != "nagorik:"+out.ID {
		t.Errorf("sent %s", answer.last)
	}
}

// The fake Graph API holds the call against Meta's rules.
func TestPhotoIsTakenByTheGraph(t *testing.T) {
	graph := newGraph(t, bottest.GraphOptions{Now: func() time.Time { return fixtureTime }})
	opt := options()
	opt.APIURL = graph.URL()
	sent, err := newMessenger(t, opt).Send(t.Context(), bot.Outgoing{ID: "0190c8e2", Address: fixturePSID, Photo: "https://city.example/photo/a", Human: true, Attempt: 1})
	if err != nil || sent.ProviderID == "" || graph.Count() != 1 {
		t.Errorf("%+v, %v", sent, err)
	}
}
