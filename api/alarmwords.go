package api

import (
	"cmp"
	"strings"

	"nagorik/handoff"
)

// alarmWords says what is wrong, and what it means and what can be done.
func alarmWords(words map[string]string, a handoff.Alarm) (name, text string) {
	subject := a.Subject
	switch a.Kind {
	case handoff.AlarmWork:
		subject = cmp.Or(words["task_"+subject], subject)
	case handoff.AlarmChannel, handoff.AlarmProvider, handoff.AlarmSilence: // "sms", or "sms" and one of its links
		channel, link, _ := strings.Cut(subject, " ")
		subject = strings.TrimSpace(cmp.Or(words["channel_"+channel], channel) + " " + link)
	}
	say := strings.NewReplacer("{subject}", subject)
	return say.Replace(words["alarm_"+a.Kind]), say.Replace(words["alarm_"+a.Kind+"_text"])
}

// AlarmLetters returns how alarms are written to staff by mail, in the words of
// the console. consoleURL is where it is found.
func AlarmLetters(publicURL string) (func(handoff.AlarmLetter) (subject, text string), error) {
	k, err := loadConsole()
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(publicURL, "/")
	return func(l handoff.AlarmLetter) (string, string) {
		words := k.words[l.Lang]
		if words == nil {
			words = k.words[languages[0]]
		}
		name, text := alarmWords(words, l.Alarm)
		at := page{Lang: l.Lang, Words: words, now: l.RaisedAt}.When(l.RaisedAt)
		parts := []string{name + " (" + at + ")", text}
		if l.Text != "" {
			parts = append(parts, l.Text)
		}
		if l.Conversation != nil {
			parts = append(parts, base+talksPath+"/"+l.Conversation.String())
		}
		parts = append(parts, strings.ReplaceAll(words["alarm_mail_end"], "{link}", base+alarmsPath))
		return words["alarm_mail_subject"] + ": " + name, strings.Join(parts, "\n\n")
	}, nil
}
