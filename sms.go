package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nagorik/api"
	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/bot/sms/gateway"
	"nagorik/bot/sms/twilio"
	"nagorik/handoff"
)

// alarmWithin bounds the recording of an alarm about a link.
const alarmWithin = 5 * time.Second

// texting is the links of the SMS channel and the paths their providers call.
type texting struct {
	links    []sms.Link
	mounts   []api.Mount
	warnings []string
}

// readTexting makes the links that the settings switch on. It calls nobody, so
// that a wrong setting is told before anything else begins.
func readTexting(c *Config, lookup func(string) (string, bool)) (texting, error) {
	var t texting
	if err := t.addTwilio(c); err != nil {
		return texting{}, err
	}
	return t, t.addGateways(c, settings{lookup})
}

func (t *texting) addTwilio(c *Config) error {
	if c.Twilio == nil {
		return nil
	}
	link, err := twilio.New(twilio.Options{
		AccountSID: c.Twilio.AccountSID, AuthToken: c.Twilio.AuthToken, From: c.Twilio.From,
		PublicURL: c.PublicURL.String(), Fragment: twilioOverrides, APIURL: c.Twilio.APIURL, MediaHosts: c.Twilio.MediaHosts,
	})
	if err != nil {
		return badSetting("TWILIO_ACCOUNT_SID", "%v", err)
	}
	both := []string{http.MethodGet, http.MethodPost}
	t.links = append(t.links, link)
	t.mounts = append(t.mounts,
		api.Mount{Methods: both, Path: "/channels/twilio", Channel: link},
		api.Mount{Methods: both, Path: "/channels/twilio/status", Channel: link.Status()})
	return nil
}

// twilioOverrides is what docs/sms.md tells to put behind the webhook's
// address: how often and how long Twilio tries (connection overrides).
const twilioOverrides = "rc=3&rp=all&ct=2000&rt=5000&tt=15000"

func (t *texting) addGateways(c *Config, env settings) error {
	if c.SMSGateways == "" {
		return nil
	}
	text, err := os.ReadFile(c.SMSGateways)
	if err != nil {
		return badSetting("SMS_GATEWAYS", "%v", err)
	}
	gateways, err := gateway.Load(text, func(name string) string { return env.or(name, "") }, c.PublicURL.String(),
		gateway.Options{File: filepath.Base(c.SMSGateways)})
	if err != nil {
		return badSetting("SMS_GATEWAYS", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	for _, g := range gateways {
		t.links = append(t.links, g)
		t.warnings = append(t.warnings, g.Warnings()...)
		if !g.Receives() {
			continue
		}
		receive, status := g.Paths()
		for _, path := range []string{receive, status} {
			t.mounts = append(t.mounts, api.Mount{Methods: []string{http.MethodGet, http.MethodPost}, Path: path, Channel: g})
		}
	}
	return nil
}

func (s *nagorik) addSMS(w *ways) error {
	if len(s.texting.links) == 0 {
		return nil
	}
	for _, warning := range s.texting.warnings {
		s.log.Warn("sms gateways: " + warning)
	}
	channel, err := sms.New(sms.Options{Links: s.texting.links, Broken: s.linkBroken})
	if err != nil {
		return badSetting("SMS_GATEWAYS", "%v", err)
	}
	w.channels = append(w.channels, channel)
	w.mounts = append(w.mounts, s.texting.mounts...)
	return nil
}

// gateways are the links that can send, in the order in which they are tried.
func (s *nagorik) gateways() []string {
	var names []string
	for _, l := range s.texting.links {
		if l.Sends() {
			names = append(names, l.Name())
		}
	}
	return names
}

// linkBroken raises an alarm about a link that refuses us, and clears it.
func (s *nagorik) linkBroken(link string, fault *bot.SendError) {
	ctx, cancel := context.WithTimeout(context.Background(), alarmWithin)
	defer cancel()
	subject := sms.Name + " " + link
	var err error
	if fault == nil {
		s.log.Info("an SMS link works again", "link", link)
		_, err = s.records.desk.ClearAlarm(ctx, handoff.AlarmChannel, subject)
	} else {
		s.log.Error("an SMS link refuses us", "link", link, "code", fault.Code, "reason", fault.Text)
		_, err = s.records.desk.RaiseAlarm(ctx, handoff.AlarmChannel, subject, fault.Error())
	}
	if err != nil {
		s.log.Error("an alarm was not recorded", "error", err)
	}
}
