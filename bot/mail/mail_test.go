package mail_test

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"nagorik/bot"
	"nagorik/bot/mail"
)

// office is an SMTP server that keeps what it is given.
type office struct {
	mu     sync.Mutex
	got    []string
	refuse error // of a recipient
	drop   bool  // the connection breaks after the text was taken
}

type talk struct {
	*office
	conn *smtp.Conn
}

func (o *office) NewSession(c *smtp.Conn) (smtp.Session, error) { return &talk{o, c}, nil }
func (*talk) Mail(string, *smtp.MailOptions) error              { return nil }
func (t *talk) Rcpt(string, *smtp.RcptOptions) error            { return t.refuse }
func (*talk) Reset()                                            {}
func (*talk) Logout() error                                     { return nil }

func (t *talk) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	t.mu.Lock()
	t.got = append(t.got, string(text))
	t.mu.Unlock()
	if t.drop {
		return errors.Join(err, t.conn.Conn().Close())
	}
	return err
}

// open starts the server and returns a Mailer that uses it.
func (o *office) open(t *testing.T) *mail.Mailer {
	t.Helper()
	s := smtp.NewServer(o)
	s.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	m, err := mail.New(mail.Options{
		URL: "smtp://" + l.Addr().String(), From: "নমুনানগর <help@city.example>",
		City: func(lang string) string {
			return map[string]string{"bn": "নমুনানগর", "en": "Namunanagar"}[lang]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var letter = bot.Letter{ID: "n1", Thread: "case-10001", To: "rahim@example.org", Subject: "#১০০০১: কাজ হয়েছে", Text: "ড্রেন: কাজ হয়েছে।\n<b>ধন্যবাদ</b>", Lang: "bn"}

func TestMailIsReadableInBangla(t *testing.T) {
	o := &office{}
	if err := o.open(t).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	msg, err := netmail.ReadMessage(strings.NewReader(o.got[0]))
	if err != nil {
		t.Fatal(err)
	}
	h := msg.Header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Message-Id": "<n1@city.example>", "References": "<case-10001@city.example>", "In-Reply-To": "<case-10001@city.example>",
		"Reply-To": "<help@city.example>", "Content-Language": "bn",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	body, err := io.ReadAll(msg.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"text/plain", "text/html", "&lt;b&gt;"} {
		if !strings.Contains(string(body), part) {
			t.Errorf("the mail has no %s", part)
		}
	}
}

func TestMailErrorsSayWhatToDo(t *testing.T) {
	for name, row := range map[string]struct {
		office *office
		letter func(*bot.Letter)
		want   bot.SendOutcome
	}{
		"refused for good": {&office{refuse: &smtp.SMTPError{Code: 550, Message: "no such user"}}, nil, bot.SendReject},
		"try later":        {&office{refuse: &smtp.SMTPError{Code: 451, Message: "greylisted"}}, nil, bot.SendRetry},
		"broke off":        {&office{drop: true}, nil, bot.SendUnknown},
		"no address":       {&office{}, func(l *bot.Letter) { l.To = "rahim\r\nBcc: x@example.org" }, bot.SendReject},
		"nothing to say":   {&office{}, func(l *bot.Letter) { l.Text = " " }, bot.SendReject},
	} {
		t.Run(name, func(t *testing.T) {
			l := letter
			if row.letter != nil {
				row.letter(&l)
			}
			var e *bot.SendError
			if err := row.office.open(t).Send(t.Context(), l); !errors.As(err, &e) || e.Outcome != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			} else if strings.Contains(e.Error(), "rahim") {
				t.Errorf("the error names the person: %v", e)
			}
		})
	}
}

func TestServerThatIsNotThereIsTriedAgain(t *testing.T) {
	m, err := mail.New(mail.Options{URL: "smtp://127.0.0.1:1", From: "help@city.example"})
	if err != nil {
		t.Fatal(err)
	}
	var e *bot.SendError
	if err := m.Send(t.Context(), letter); !errors.As(err, &e) || e.Outcome != bot.SendRetry {
		t.Errorf("got %v", err)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for url, from := range map[string]string{"http://x": "a@b.example", "smtp://": "a@b.example", "smtp://h:0": "a@b.example", "smtp://h": "nobody"} {
		if _, err := mail.New(mail.Options{URL: url, From: from}); err == nil {
			t.Errorf("%s from %s is taken", url, from)
		}
	}
}

func TestPhotosAreInTheMail(t *testing.T) {
	o := &office{}
	l := letter
	l.Photos = [][]byte{[]byte("\xff\xd8\xff first"), []byte("\xff\xd8\xff second")}
	if err := o.open(t).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"<photo-1.jpg>", "<photo-2.jpg>", "multipart/related", "image/jpeg", base64.StdEncoding.EncodeToString(l.Photos[1]), "cid:photo-2.jpg"} {
		if !strings.Contains(o.got[0], part) && !strings.Contains(strings.ReplaceAll(o.got[0], "=\r\n", ""), part) {
			t.Errorf("the mail lacks %q:\n%s", part, o.got[0])
		}
	}
}

// A mail program can end a broadcast with one click (RFC 8058); other mail has
// nothing to end.
func TestOneClickUnsubscribe(t *testing.T) {
	o := &office{}
	m, l := o.open(t), letter
	l.Unsubscribe = "https://city.example/unsubscribe/abc"
	for _, one := range []bot.Letter{l, letter} {
		if err := m.Send(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range [][2]string{{"<https://city.example/unsubscribe/abc>", "List-Unsubscribe=One-Click"}, {"", ""}} {
		msg, err := netmail.ReadMessage(strings.NewReader(o.got[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{msg.Header.Get("List-Unsubscribe"), msg.Header.Get("List-Unsubscribe-Post")}; got != want {
			t.Errorf("mail %d has %q", i, got)
		}
	}
}
