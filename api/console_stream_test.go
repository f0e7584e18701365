package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/handoff"
)

func TestPagesHearWhatTheyMaySeeUntilSigningOut(t *testing.T) {
	s := newStation(t)
	s.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	hidden, shown := s.file("Rahim", "drainage", 12), s.file("Karim", "waste", 3)
	cookie := s.enter("waste@example.org")
	l := s.followAt(streamPath, "Cookie", cookie)
	s.publish(about(bot.HintMessage, hidden), about(bot.HintMessage, shown))
	if e := l.next(); e["conversation"] != shown.conversation.String() {
		t.Errorf("heard: %v", e)
	}
	wantWay(t, s.post("/console/sign-out", cookie, nil), signInPath+"?done=out")
	s.publish(about(bot.HintMessage, shown))
	l.ended()
}

// What happens between the making of a page and its listening is not lost.
func TestAPageIsToldOfWhatHappenedBeforeItListened(t *testing.T) {
	s := newStation(t)
	s.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := s.file("Rahim", "drainage", 12)
	cookie := s.enter("anna@example.org")
	made := s.clock.Now()
	s.publish(about(bot.HintMessage, f))
	early := s.followAt(fmt.Sprintf("%s?%s=%d", streamPath, queryShown, made.UnixMicro()), "Cookie", cookie)
	if e := early.next(); e["event"] != eventRefresh {
		t.Errorf("first: %v", e)
	}
	late := s.followAt(fmt.Sprintf("%s?%s=%d", streamPath, queryShown, made.Add(time.Minute).UnixMicro()), "Cookie", cookie)
	s.publish(about(bot.HintMessage, f))
	if e := late.next(); e["event"] == eventRefresh {
		t.Errorf("a page that missed nothing: %v", e)
	}
}

func TestOpenPageKeepsNobodySignedIn(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	_, token, _ := strings.Cut(cookie, "=")
	for range 2 {
		o.clock.Forward(handoff.SessionIdle / 2)
		if _, err := o.server.whoLooks(t.Context(), token); err != nil && !errors.Is(err, errSignedOff) {
			t.Fatal(err)
		}
	}
	o.wantOut("anna", cookie)
}

func TestPageWithoutAStreamIsToldToStop(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	if w := o.look(streamPath, o.enter("anna@example.org")); w.Code != http.StatusNoContent {
		t.Errorf("status %d", w.Code)
	}
}

func TestPhotosOpenForTheSignedIn(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	o.server.opt.Photos = album{sha(f.photo): []byte("jpeg")}
	path := "/console/photos/" + f.photo.String() + "?size=thumb"
	w := o.look(path, o.enter("anna@example.org"))
	if w.Code != http.StatusOK || w.Body.String() != "thumb:jpeg" || w.Header().Get("Vary") != "Cookie" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if w := o.look(path, o.enter("waste@example.org")); w.Code != http.StatusNotFound {
		t.Errorf("out of scope: %d", w.Code)
	}
}
