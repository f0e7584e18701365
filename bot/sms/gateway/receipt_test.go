package gateway

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"nagorik/bot"
)

const ownMessage = "0197c0de-1111-7222-8333-444455556666"

func TestReceipts(t *testing.T) {
	all := inbound(t)
	for name, want := range map[string]string{
		"dlr_generic.form": "delivered", "dlr_kannel_8_smsc_ack.form": "sent", "dlr_kannel_1_delivered.form": "delivered",
		"dlr_kannel_2_failed.form": "failed", "dlr_kannel_16_rejected.form": "failed", "dlr_unknown_id.form": "delivered", "dlr_smpp_states.form": "failed",
	} {
		g := all["kannel"]
		if !strings.Contains(name, "kannel") {
			g = one(t, sendOnly+"    dlr: {}", settings{"SMS_CITY_TOKEN": testToken})
		}
		d, err := g.Receive(t.Context(), inboundCall(t, g, name, &inboundCase{Method: http.MethodGet}))
		if err != nil || len(d.Events) != 1 {
			t.Errorf("%s: %v, %+v", name, err, d)
			continue
		}
		e := d.Events[0]
		if e.Kind != bot.EventReceipt || e.Status != want || len(e.ProviderIDs) != 1 || !strings.HasPrefix(e.ProviderIDs[0], g.Name()+">") {
			t.Errorf("%s: %+v", name, e)
		}
		if (e.Note != "") != (want == "failed") {
			t.Errorf("%s: note %q", name, e.Note)
		}
	}
}

func TestReceiptsOfOwnIDs(t *testing.T) {
	g := one(t, sendOnly+"    dlr: {map: {GONE: failed, WAIT: buffered}}", settings{"SMS_CITY_TOKEN": testToken})
	status := func(query string) bot.Delivery {
		d, err := g.Receive(t.Context(), get("/channels/sms/city/status", "token="+testToken+"&"+query))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for query, want := range map[string]bot.Event{
		"id=" + ownMessage + "&status=DELIVRD":              {Status: "delivered", MessageID: ownMessage},
		"id=" + strings.ToUpper(ownMessage) + "&state=sent": {Status: "sent", MessageID: ownMessage},
		"id=" + ownMessage + "-2&status=gone&err=7":         {Status: "failed", MessageID: ownMessage, Note: "gone 7"},
		"id=12345&status=UNDELIV&err=to+8801712345678":      {Status: "failed", ProviderIDs: []string{"city>12345"}, Note: "UNDELIV to …"},
		"msgid=12345&status=UNDELIV&err=" + testToken:       {Status: "failed", ProviderIDs: []string{"city>12345"}, Note: "UNDELIV …"},
	} {
		want.Kind, want.Channel, want.Via, want.At = bot.EventReceipt, "sms", "city", testTime
		d := status(query)
		if len(d.Events) != 1 || !reflect.DeepEqual(d.Events[0], want) {
			t.Errorf("%s: %+v", query, d.Events)
		}
	}
	for query, why := range map[string]string{
		"id=1&status=WAIT": "status_in_between", "id=1&status=ENROUTE": "status_in_between", "id=1&status=what": "status_in_between",
		"id=1": "unreadable", "status=DELIVRD": "unreadable",
	} {
		if d := status(query); len(d.Events) > 0 || d.Skipped[why] != 1 {
			t.Errorf("%s: %+v", query, d)
		}
	}
}

func TestReceiptsInLists(t *testing.T) {
	g := inbound(t)["infobip"]
	body := `{"results":[
		{"messageId":"` + ownMessage + `","status":{"groupName":"DELIVERED"}},
		{"messageId":"x-1","status":{"groupName":"UNDELIVERABLE"},"error":{"name":"EC_ABSENT_SUBSCRIBER"}},
		{"messageId":"x-2","status":{"groupName":"PENDING"}}]}`
	d, err := g.Receive(t.Context(), post("/channels/sms/infobip/status", "application/json", []byte(body)))
	if err != nil || len(d.Events) != 2 || d.Events[0].MessageID != ownMessage || d.Events[1].Note != "UNDELIVERABLE EC_ABSENT_SUBSCRIBER" || d.Skipped["status_in_between"] != 1 {
		t.Errorf("%v, %+v", err, d)
	}
	d, err = g.Receive(t.Context(), post("/channels/sms/infobip/status", "application/json", []byte(`{"results":7}`)))
	if err != nil || d.Answer.Status != http.StatusBadRequest {
		t.Errorf("%v, %+v", err, d)
	}
}

// TestReceiptAddress: what the gateway is told to call comes back with all
// that proves it.
func TestReceiptAddress(t *testing.T) {
	g := inbound(t)["kannel"]
	c := g.p.send.request(g.varsOf(&bot.Outgoing{ID: ownMessage, Address: somebody, Text: "x"}, "x", 1, 1, false), false)
	const want = "dlr-url=https%3A%2F%2Fcity.example%2Fchannels%2Fsms%2Fkannel%2Fstatus%3Fid%3D" + ownMessage + "%26token%3D" + testToken + "%26type%3D%25d"
	if !strings.HasSuffix(c.url, want) {
		t.Errorf("calls %s", c.url)
	}
}
