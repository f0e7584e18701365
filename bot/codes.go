package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// Bounds of the work on codes that prove telephones.
const (
	codesMost     = 10               // codes sent, and telephones linked, per round
	codeRetry     = 10 * time.Second // until what was surely not sent is tried again
	codeSendsIn   = 12 * time.Second // how long one call to the provider may take
	channelOfSMS  = "sms"            // the channel that codes go by
	textOfCodeSMS = "code_sms"
	textOfRowCode = "code_sms_row" // to a register's telephone; a catalogue without it says textOfCodeSMS
)

// ErrNoSMS says that no code can be sent: there is no SMS channel.
var ErrNoSMS = errors.New("no SMS channel is switched on, so no code can be sent: see the settings of SMS")

// provesPhones reports whether codes can be sent by SMS.
func (b *Bot) provesPhones() bool { return b.channels[channelOfSMS] != nil }

// ProvesPhones reports whether codes can be sent by SMS.
func (b *Bot) ProvesPhones() bool { return b.provesPhones() }

// SendCode sends a code to a telephone that a contact says is theirs. Its
// errors are ErrNoSMS and those of handoff's SendCode.
func (b *Bot) SendCode(ctx context.Context, v handoff.Viewer, contact uuid.UUID, phone string) (handoff.SentCode, error) {
	if !b.provesPhones() {
		return handoff.SentCode{}, ErrNoSMS
	}
	sent, err := b.desk.SendCode(ctx, v, contact, phone)
	if err == nil {
		poke(b.pokes.codes)
	}
	return sent, err
}

// sendCodes sends the codes that are planned. The claim is recorded before the
// call to the provider, so that none goes out twice.
func (b *Bot) sendCodes(ctx context.Context) error {
	sms := b.channels[channelOfSMS]
	if sms == nil {
		return nil
	}
	claimed, err := b.desk.ClaimCodes(ctx, codesMost)
	if err != nil {
		return err
	}
	var faults []error
	for _, c := range claimed {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), codeSendsIn)
		sent, err := b.sendCode(within, sms, c)
		status, why := codeOutcome(err)
		faults = append(faults, b.desk.CodeSettled(within, c.ID, status, codeRetry, why, paidOf(spending.Code, c.ID, sent, err)...))
		cancel()
	}
	if len(claimed) == codesMost {
		poke(b.pokes.codes)
	}
	return errors.Join(faults...)
}

// sendCode makes the call for one code, unless no SMS may cost anything more.
func (b *Bot) sendCode(ctx context.Context, sms Channel, c handoff.CodeToSend) (Sent, error) {
	if e := b.overBudget(ctx, sms.Name(), spending.Code); e != nil {
		return Sent{}, e
	}
	return sms.Send(ctx, Outgoing{ID: c.ID.String(), Address: c.Phone, Text: b.codeText(sms, c), Attempt: 1})
}

// codeText is the SMS: the city, the code and what it is for, and nothing of
// the person.
func (b *Bot) codeText(sms Channel, c handoff.CodeToSend) string {
	catalog := b.catalogs.Current()
	lang := c.Language
	if lang == "" {
		lang = catalog.Languages()[0]
	}
	vars := map[string]string{"code": c.Code, "min": strconv.Itoa(int(handoff.CodeLives / time.Minute))}
	if c.Row {
		if text := catalog.Text(textOfRowCode, lang, sms.Face(), vars); text != "" {
			return text
		}
	}
	return catalog.Text(textOfCodeSMS, lang, sms.Face(), vars)
}

// codeOutcome says what became of a code's SMS.
func codeOutcome(err error) (status handoff.CodeStatus, why string) {
	var fault *SendError
	switch {
	case err == nil:
		return handoff.CodeSent, ""
	case !errors.As(err, &fault) || fault.Outcome == SendUnknown:
		return handoff.CodeUnknown, err.Error()
	case fault.Outcome == SendRetry:
		return handoff.CodePlanned, err.Error()
	default:
		return handoff.CodeFailed, err.Error()
	}
}

// linkProven makes proven telephones addresses of their contacts.
func (b *Bot) linkProven(ctx context.Context) error {
	codes, err := b.desk.ProvenCodes(ctx, codesMost)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range codes {
		if err := b.desk.LinkProven(ctx, id); err != nil && !errors.Is(err, handoff.ErrNotFound) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// withoutDigits is a text whose digits nobody can read any more: a code was
// given in it.
func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '*'
		}
		return r
	}, s)
}
