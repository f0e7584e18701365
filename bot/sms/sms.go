package sms

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

// Name is the channel's word in records and routes.
const Name = "sms"

// Link is one way to the telephone network. Its events are of the channel
// [Name], with its own name as Via.
type Link interface {
	// Name is the link's word in routes and settings: "twilio", or the name of
	// a gateway's profile.
	Name() string
	// Receive reads a call of the provider as bot.Channel's does.
	Receive(ctx context.Context, call bot.Call) (bot.Delivery, error)
	// Sends reports whether it can send a message nobody waits for in a call.
	Sends() bool
	// MaxText is how much one message holds, in UTF-16 units; 0 for no bound
	// below the channel's own.
	MaxText() int
	// Send makes one call to the provider. Its errors are *bot.SendError.
	Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error)
}

// brokenFor is how long a link whose access is refused is passed over.
const brokenFor = 30 * time.Second

// Options are what the channel is made of.
type Options struct {
	Links []Link // in the order in which they are tried for a person who wrote by none of them
	// Broken is told when a link refuses us altogether, and with nil when it
	// works again. May be nil.
	Broken func(link string, err *bot.SendError)
	Now    func() time.Time // nil: time.Now
}

// SMS is the channel. It is safe for concurrent use.
type SMS struct {
	links   []Link
	told    func(string, *bot.SendError)
	now     func() time.Time
	maxText int

	mu     sync.Mutex
	broken map[string]time.Time // until when
}

var (
	_ bot.Channel     = (*SMS)(nil)
	_ bot.Phoned      = (*SMS)(nil)
	_ bot.MediaSource = (*SMS)(nil)
)

// New makes the channel. The error names two links of one name, or says that
// there is none.
func New(opt Options) (*SMS, error) {
	if len(opt.Links) == 0 {
		return nil, errors.New("sms: there is no link")
	}
	s := &SMS{links: opt.Links, told: opt.Broken, now: opt.Now, maxText: mostUnits, broken: map[string]time.Time{}}
	if s.now == nil {
		s.now = time.Now
	}
	seen := map[string]bool{}
	for _, l := range opt.Links {
		if seen[l.Name()] {
			return nil, errors.New("sms: two links are named " + l.Name())
		}
		seen[l.Name()] = true
		if most := l.MaxText(); most > 0 {
			s.maxText = min(s.maxText, most)
		}
	}
	return s, nil
}

// Name is "sms".
func (*SMS) Name() string { return Name }

// Face is numbered text. Photos are not asked for, though those that come by
// MMS are taken.
func (*SMS) Face() flows.Face { return flows.Face{Name: Name, Short: true} }

// Phone is the number behind an address; a gateway's masked sender has none.
func (*SMS) Phone(address string) string {
	if !strings.HasPrefix(address, "+") {
		return ""
	}
	return address
}

// Receive reads a call by the only link. Where there are several, each has its
// own path and is mounted by itself.
func (s *SMS) Receive(ctx context.Context, call bot.Call) (bot.Delivery, error) {
	return s.links[0].Receive(ctx, call)
}

// Send sends by the link the person last wrote by. While that one refuses us,
// or when it can only answer within a call, another that reaches a number is
// taken.
func (s *SMS) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	var refused *bot.SendError
	for _, l := range s.ways(out) {
		sent, err := l.Send(ctx, out)
		e := (*bot.SendError)(nil)
		if errors.As(err, &e) {
			e.Paid.Gateway = l.Name()
		}
		switch {
		case err == nil:
			s.mend(l.Name())
			sent.Paid.Gateway = l.Name()
			return sent, nil
		case e == nil || e.Outcome != bot.SendPause && e.Code != CodeNoWay:
			return sent, err
		case e.Outcome == bot.SendPause:
			s.breakOff(l.Name(), e)
		}
		refused = e
	}
	if refused == nil {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendReject, Code: CodeNoWay, Text: "no SMS gateway of ours can send to this sender"}
	}
	return bot.Sent{}, refused
}

// CodeNoWay marks the refusal of a link that can only answer within a call
// while nobody waits for one: another link may do it.
const CodeNoWay = "no_way"

// ways are the links to try, in order: the person's own, then those that send,
// unbroken ones first. Behind a masked sender only its own link knows whom.
func (s *SMS) ways(out bot.Outgoing) []Link {
	var good, bad []Link
	put := func(l Link) {
		if s.isBroken(l.Name()) {
			bad = append(bad, l)
		} else {
			good = append(good, l)
		}
	}
	for _, l := range s.links {
		if l.Name() == out.Via {
			put(l)
		}
	}
	if s.Phone(out.Address) != "" {
		for _, l := range s.links {
			if l.Name() != out.Via && l.Sends() {
				put(l)
			}
		}
	}
	return append(good, bad...)
}

func (s *SMS) isBroken(link string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken[link].After(s.now())
}

// breakOff notes that a link refuses us, and tells it the first time.
func (s *SMS) breakOff(link string, e *bot.SendError) {
	s.mu.Lock()
	_, known := s.broken[link]
	s.broken[link] = s.now().Add(brokenFor)
	s.mu.Unlock()
	if !known && s.told != nil {
		s.told(link, e)
	}
}

// mend notes that a link works.
func (s *SMS) mend(link string) {
	s.mu.Lock()
	_, was := s.broken[link]
	delete(s.broken, link)
	s.mu.Unlock()
	if was && s.told != nil {
		s.told(link, nil)
	}
}

// MediaHosts are the hosts of all links that bring photos.
func (s *SMS) MediaHosts() []string {
	var hosts []string
	for _, l := range s.links {
		if m, ok := l.(bot.MediaSource); ok {
			hosts = append(hosts, m.MediaHosts()...)
		}
	}
	return hosts
}

// MediaHeader is that of the first link that brings photos.
func (s *SMS) MediaHeader() http.Header {
	for _, l := range s.links {
		if m, ok := l.(bot.MediaSource); ok {
			return m.MediaHeader()
		}
	}
	return nil
}

// Gateway is the link that is used for somebody who last wrote by via.
func (s *SMS) Gateway(via string) string {
	for _, l := range s.links {
		if l.Name() == via {
			return via
		}
	}
	for _, l := range s.links {
		if l.Sends() {
			return l.Name()
		}
	}
	return ""
}
