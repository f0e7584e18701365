package twilio

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"testing"

	"nagorik/bot/bottest"
	"nagorik/bot/photos"
)

// TestPhotoOfMMS fetches a photo as it is fetched in service: the account's
// access opens the API's address and does not go along the redirect.
func TestPhotoOfMMS(t *testing.T) {
	fake := bottest.NewTwilio(account, token)
	defer fake.Close()
	link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: "https://city.example", APIURL: fake.URL(), MediaHosts: fake.MediaHosts()})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	fields := url.Values{
		"MessageSid": {"MM1"}, "From": {"+14155550123"}, "To": {sender}, "Body": {""}, "NumMedia": {"1"},
		"MediaUrl0": {fake.Media("image/jpeg", file.Bytes())}, "MediaContentType0": {"image/jpeg"},
	}
	d, err := link.Receive(t.Context(), callOf(t, hook, []byte(fields.Encode()), bottest.SignTwilio(token, hook, fields)))
	if err != nil || len(d.Events) != 1 || len(d.Events[0].Media) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	store, err := photos.NewStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		hosts  []string
		header http.Header
		ok     bool
	}{
		"as the link says":                {link.MediaHosts(), link.MediaHeader(), true},
		"without the account's access":    {link.MediaHosts(), nil, false},
		"with the host behind not listed": {link.MediaHosts()[:1], link.MediaHeader(), false},
	} {
		fetcher, err := photos.NewFetcher(photos.FetchOptions{Hosts: c.hosts, Header: c.header})
		if err != nil {
			t.Fatal(err)
		}
		photo, err := fetcher.Fetch(t.Context(), d.Events[0].Media[0].URL, store)
		if c.ok != (err == nil) || c.ok && photo.Width != 64 {
			t.Errorf("%s: %+v, %v", name, photo, err)
		}
	}
	if fake.Leaked() != 0 {
		t.Errorf("the account's access went along %d redirects", fake.Leaked())
	}
}
