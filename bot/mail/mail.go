package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"nagorik/bot"
)

// Name is the way's word in records and screens.
const Name = "mail"

// Bounds of a mail.
const (
	sendWithin = 20 * time.Second // the whole talk with the server
	maxSubject = 200              // bytes
	maxText    = 64 << 10         // bytes
	maxAddress = 254              // bytes; RFC 5321, 4.5.3.1.3, without the brackets
)

// Ports of SMTP: submission (RFC 6409), and with TLS from the start (RFC 8314).
const (
	portSubmission = 587
	portTLS        = 465
)

// ErrFrom says that the sender is no mail address.
var ErrFrom = errors.New("the sender must be written like City <help@city.example>")

// Options say through whom mail goes out.
type Options struct {
	// URL of the server: smtp://user:secret@host:587, where TLS is used when
	// the server has it and required when there is a secret; smtps:// for TLS
	// from the start.
	URL  string
	From string // "City <help@city.example>": answers go there, so somebody must read it
	City func(lang string) string
}

// Mailer sends mail. It is safe for many goroutines; each mail is a connection
// of its own.
type Mailer struct {
	host    string
	from    *netmail.Address
	domain  string // of the sender: ids of messages end in it
	options []gomail.Option
	city    func(lang string) string
}

// New returns a Mailer. Its error says which part of the options is wrong and
// holds no secret. The server is not called.
func New(opt Options) (*Mailer, error) {
	u, err := url.Parse(opt.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("the server must be written like smtp://user:secret@mail.example:587")
	}
	from, err := netmail.ParseAddress(opt.From)
	if err != nil {
		return nil, ErrFrom
	}
	m := &Mailer{host: u.Hostname(), from: from, domain: from.Address[strings.LastIndexByte(from.Address, '@')+1:], city: opt.City}
	port := portSubmission
	if u.Scheme == "smtps" {
		port = portTLS
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65535 {
			return nil, errors.New("the server's port is not a number from 1 to 65535")
		}
	}
	m.options = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(sendWithin)}
	secret, given := u.User.Password()
	switch {
	case u.Scheme == "smtps":
		m.options = append(m.options, gomail.WithSSL())
	case given && !loopback(m.host):
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if given {
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(secret))
	}
	return m, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands a mail to the server. Its errors are *bot.SendError.
func (m *Mailer) Send(ctx context.Context, mail bot.Letter) error {
	msg, err := m.compose(mail)
	if err != nil {
		return &bot.SendError{Outcome: bot.SendReject, Text: err.Error()}
	}
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return &bot.SendError{Outcome: bot.SendPause, Text: "the mail server cannot be used as it is set up", Err: errors.New("smtp client")}
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fault(err)
	}
	return nil
}

// fault says what an error of the library means. Its text may quote the
// address, so it is not passed on.
func fault(err error) *bot.SendError {
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		// Dialling, TLS or signing in: nothing was handed over.
		return &bot.SendError{Outcome: bot.SendRetry, Text: "the mail server cannot be reached, or refuses the login", Err: errors.New("dial smtp")}
	}
	code := ""
	if n := sending.ErrorCode(); n > 0 {
		code = strconv.Itoa(n)
	}
	switch {
	case sending.Reason == gomail.ErrSMTPDataClose && code == "":
		return &bot.SendError{Outcome: bot.SendUnknown, Once: true, Text: "the mail server went away while it took the mail"}
	case sending.IsTemp():
		return &bot.SendError{Outcome: bot.SendRetry, Code: code, Text: "the mail server asks to try later"}
	case code == "":
		return &bot.SendError{Outcome: bot.SendRetry, Text: "the connection to the mail server broke before it took the mail"}
	default:
		return &bot.SendError{Outcome: bot.SendReject, Code: code, Text: "the mail server refuses the mail"}
	}
}

// compose builds the message.
func (m *Mailer) compose(mail bot.Letter) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress(mail.To)
	switch {
	case err != nil || len(to.Address) > maxAddress:
		return nil, errors.New("this is not a mail address")
	case strings.TrimSpace(mail.Text) == "" || len(mail.Text) > maxText:
		return nil, errors.New("the mail is empty or too long")
	}
	msg := gomail.NewMsg()
	if err := errors.Join(msg.FromFormat(m.from.Name, m.from.Address), msg.To(to.Address), msg.ReplyTo(m.from.Address)); err != nil {
		return nil, errors.New("this is not a mail address")
	}
	msg.Subject(oneLine(mail.Subject))
	msg.SetDate()
	msg.SetMessageIDWithValue(mail.ID + "@" + m.domain)
	if mail.Thread != "" {
		thread := fmt.Sprintf("<%s@%s>", mail.Thread, m.domain)
		msg.SetGenHeader(gomail.HeaderInReplyTo, thread)
		msg.SetGenHeader(gomail.HeaderReferences, thread)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5.2
	if mail.Unsubscribe != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+mail.Unsubscribe+">")
		msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click") // RFC 8058, 3.1
	}
	msg.SetGenHeader(gomail.HeaderContentLang, mail.Lang)
	msg.SetBodyString(gomail.TypeTextPlain, mail.Text)
	page, err := m.page(mail)
	if err != nil {
		return nil, err
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, page)
	for i, photo := range mail.Photos {
		if err := msg.EmbedReader(photoName(i), bytes.NewReader(photo), gomail.WithFileContentType("image/jpeg")); err != nil {
			return nil, fmt.Errorf("put a photo into the mail: %w", err)
		}
	}
	return msg, nil
}

// photoName is what a photo's part of the mail is called.
func photoName(i int) string { return fmt.Sprintf("photo-%d.jpg", i+1) }

// photoParts are where the page finds the photos.
func photoParts(mail bot.Letter) []template.URL {
	parts := make([]template.URL, len(mail.Photos))
	for i := range parts {
		parts[i] = template.URL("cid:" + photoName(i)) // a name of ours, nothing of anybody else's
	}
	return parts
}

// oneLine is a subject without line breaks, cut at a whole letter.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for i := range s {
		if i > maxSubject {
			return s[:i]
		}
	}
	return s
}

var layout = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px;background:#edf2ee;font-family:'Noto Sans Bengali',sans-serif;font-size:17px;line-height:1.6;color:#14201b">
<div style="max-width:560px;margin:0 auto;background:#fff;border-radius:12px;overflow:hidden">
<p style="margin:0;padding:14px 24px;background:#0b5a48;color:#fff;font-weight:bold">{{.City}}</p>
<div style="padding:20px 24px">{{range .Lines}}<p style="margin:0 0 12px">{{.}}</p>{{end}}{{range .Photos}}<p style="margin:0 0 12px"><img src="{{.}}" alt="" style="max-width:100%;border-radius:8px"></p>{{end}}</div>
</div></body></html>
`))

func (m *Mailer) page(mail bot.Letter) (string, error) {
	city := m.from.Name
	if m.city != nil {
		city = m.city(mail.Lang)
	}
	var b bytes.Buffer
	err := layout.Execute(&b, struct {
		Lang, Subject, City string
		Lines               []string
		Photos              []template.URL // parts of the mail itself
	}{mail.Lang, oneLine(mail.Subject), city, strings.Split(mail.Text, "\n"), photoParts(mail)})
	if err != nil {
		return "", fmt.Errorf("write the mail: %w", err)
	}
	return b.String(), nil
}
