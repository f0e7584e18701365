package twilio

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"nagorik/bot"
	"nagorik/handoff/spending"
)

func TestBalance(t *testing.T) {
	amount, currency, err := sendTo(t, http.StatusOK, []byte(`{"account_sid":"AC1","balance":"12.3456789","currency":"USD"}`)).Balance(t.Context())
	if err != nil || amount.String() != "12.34567" || currency != "USD" {
		t.Errorf("%s %s, %v", amount, currency, err)
	}
	for body, status := range map[string]int{`{"balance":"","currency":"USD"}`: 200, `{"code":20003}`: 401, "<html>": 200} {
		if _, _, err := sendTo(t, status, []byte(body)).Balance(t.Context()); err == nil {
			t.Errorf("%s is a balance", body)
		}
	}
}

// What is paid for: as many segments as Twilio counts, or else as we do.
func TestWhatIsPaidFor(t *testing.T) {
	for name, want := range map[string]spending.Paid{
		"rest_response_201_queued_from.json":      {Segments: 1, Unicode: true},
		"rest_response_201_accepted_service.json": {Segments: 2, Unicode: true},
	} {
		body, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		sent, err := sendTo(t, http.StatusCreated, body).Send(t.Context(), outgoing("আপনার অভিযোগ নম্বর ১০২৩৪, আপনার অভিযোগ নম্বর ১০২৩৪, আপনার অভিযোগ নম্বর ১০২৩৪"))
		if err != nil || sent.Paid != want {
			t.Errorf("%s: %+v, %v", name, sent.Paid, err)
		}
	}
	_, err := sendTo(t, http.StatusInternalServerError, nil).Send(t.Context(), outgoing("hi"))
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.SendUnknown || e.Paid.Segments != 1 {
		t.Errorf("nobody knows whether it was sent: %+v", e)
	}
	_, err = sendTo(t, http.StatusBadRequest, []byte(`{"code":21610}`)).Send(t.Context(), outgoing("hi"))
	if !errors.As(err, &e) || e.Paid.Segments != 0 {
		t.Errorf("refused: %+v", e)
	}
}
