package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"nagorik/flows"
)

// Bounds of what the sink reads.
const (
	sinkBuffer = 16 << 10
	sinkBody   = 1 << 20
)

// sink is a stand-in for Meta's Graph API that costs next to nothing: it takes
// every message and answers at once. What Meta refuses it does not know; the
// channel's own tests do.
type sink struct {
	listener net.Listener
	run      string // part of message ids
	reply    func(psid uint64, at time.Time, text string, choices []flows.Choice)

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
	ids    uint64
}

// newSink starts a sink on a free port. It calls reply for every message.
func newSink(run string, reply func(uint64, time.Time, string, []flows.Choice)) (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for replies: %w", err)
	}
	s := &sink{listener: l, run: run, reply: reply, conns: map[net.Conn]bool{}}
	go s.accept()
	return s, nil
}

// url is where the server finds it.
func (s *sink) url() string { return "http://" + s.listener.Addr().String() }

// close ends the sink and its connections.
func (s *sink) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.conns {
		c.Close()
	}
	return s.listener.Close()
}

func (s *sink) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			c.Close()
		} else {
			s.conns[c] = true
			go s.serve(c)
		}
		s.mu.Unlock()
	}
}

func (s *sink) serve(c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
	}()
	r := bufio.NewReaderSize(c, sinkBuffer)
	var body, answer []byte
	for {
		first, length, err := readHead(r)
		if err != nil || length > sinkBody {
			return
		}
		body = append(body[:0], make([]byte, length)...)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		at := time.Now()
		answer = s.answer(answer[:0], first, body, at)
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

var (
	markPosts   = []byte("POST")
	markLength  = []byte("content-length:")
	markTo      = []byte(`"recipient":{"id":"`)
	markText    = []byte(`"message":{"text":"`)
	markTitle   = []byte(`"title":"`)
	markPayload = []byte(`"payload":"`)
	errHead     = errors.New("cannot read the head of a call")
)

// readHead reads a request or answer up to its body: whether it is a POST, or
// its status, is in the first line.
func readHead(r *bufio.Reader) (first string, length int, err error) {
	for n := 0; ; n++ {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return "", 0, fmt.Errorf("%w: %w", errHead, err)
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case n == 0:
			first = string(line[:min(len(line), 32)])
		case len(line) == 0:
			return first, length, nil
		case len(line) > len(markLength) && bytes.EqualFold(line[:len(markLength)], markLength):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(markLength):]))); err != nil {
				return "", 0, fmt.Errorf("%w: %w", errHead, err)
			}
		}
	}
}

// answer takes one call and writes the answer to it.
func (s *sink) answer(b []byte, first string, body []byte, at time.Time) []byte {
	id, rest, ok := after(body, markTo)
	psid, err := strconv.ParseUint(string(id), 10, 64)
	if !ok || err != nil || !bytes.HasPrefix([]byte(first), markPosts) {
		return appendAnswer(b, `{"result":"success"}`)
	}
	text, rest, ok := after(rest, markText)
	if !ok {
		return appendAnswer(b, `{"recipient_id":"`+string(id)+`"}`)
	}
	s.mu.Lock()
	s.ids++
	mid := s.ids
	s.mu.Unlock()
	s.reply(psid, at, plain(text), choicesIn(rest))
	return appendAnswer(b, `{"recipient_id":"`+string(id)+`","message_id":"m_`+s.run+"r"+strconv.FormatUint(mid, 10)+`"}`)
}

// choicesIn reads the quick replies of a message.
func choicesIn(rest []byte) (choices []flows.Choice) {
	for {
		title, more, ok := after(rest, markTitle)
		if !ok {
			return choices
		}
		payload, more, ok := after(more, markPayload)
		if !ok {
			return choices
		}
		choices = append(choices, flows.Choice{Title: plain(title), Payload: plain(payload)})
		rest = more
	}
}

// after returns the JSON string that follows a mark, as it is written, and
// what comes behind it.
func after(b, mark []byte) (value, rest []byte, ok bool) {
	i := bytes.Index(b, mark)
	if i < 0 {
		return nil, b, false
	}
	b = b[i+len(mark):]
	for n := 0; n < len(b); n++ {
		switch b[n] {
		case '\\':
			n++
		case '"':
			return b[:n], b[n+1:], true
		}
	}
	return nil, b, false
}

// plain is a JSON string's value.
func plain(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	var s string
	if err := json.Unmarshal(append(append([]byte{'"'}, raw...), '"'), &s); err != nil {
		return string(raw)
	}
	return s
}

func appendAnswer(b []byte, body string) []byte {
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}
