package browsertest

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Plain is a browser that knows no script: it opens the pages of services and
// fills in their forms.
type Plain struct {
	t    *testing.T
	url  string
	http *http.Client
	Page string // as it was answered last
	At   string // its path and query
}

// NewPlain opens a browser of its own, with cookies, before a service.
func NewPlain(t *testing.T, url string) *Plain {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Plain{t: t, url: url, http: &http.Client{Jar: jar}}
}

// Open goes to a page.
func (c *Plain) Open(path string) {
	c.t.Helper()
	r, err := c.http.Get(c.url + path)
	if err != nil {
		c.t.Fatal(err)
	}
	c.read(r)
}

var (
	formTag  = regexp.MustCompile(`(?s)<form method="post"[^>]*class="(ask|aside|small)".*?</form>`)
	inputTag = regexp.MustCompile(`<(input|button|textarea)[^>]*>`)
	attr     = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// Fields are the hidden fields of the page's form of a class, and the values its
// other fields offer by name.
func (c *Plain) Fields(class string) (hidden url.Values, offered map[string][]string) {
	c.t.Helper()
	hidden, offered = url.Values{}, map[string][]string{}
	for _, m := range formTag.FindAllStringSubmatch(c.Page, -1) {
		if m[1] != class {
			continue
		}
		for _, tag := range inputTag.FindAllString(m[0], -1) {
			is := map[string]string{}
			for _, a := range attr.FindAllStringSubmatch(tag, -1) {
				is[a[1]] = html.UnescapeString(a[2])
			}
			switch {
			case is["type"] == "hidden":
				hidden.Set(is["name"], is["value"])
			case is["name"] != "":
				offered[is["name"]] = append(offered[is["name"]], is["value"])
			}
		}
		return hidden, offered
	}
	c.t.Fatalf("no form %s on the page:\n%s", class, c.Page)
	return nil, nil
}

// Send posts a form's hidden fields and one more.
func (c *Plain) Send(class, name string, values ...string) {
	c.t.Helper()
	hidden, offered := c.Fields(class)
	if _, ok := offered[name]; !ok && name != "" {
		c.t.Fatalf("the form has no %s, but %v", name, offered)
	}
	if name != "" {
		hidden[name] = values
	}
	r, err := c.http.PostForm(c.url+"/channels/web", hidden)
	if err != nil {
		c.t.Fatal(err)
	}
	c.read(r)
}

func (c *Plain) read(r *http.Response) {
	c.t.Helper()
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		c.t.Fatalf("%s, %v: %s", r.Status, err, b)
	}
	c.Page, c.At = string(b), r.Request.URL.RequestURI()
}

// Pick chooses the box, or presses the button, of a title.
func (c *Plain) Pick(class string, titles ...string) {
	c.t.Helper()
	_, offered := c.Fields(class)
	for name, values := range offered {
		var chosen []string
		for _, title := range titles {
			for _, v := range values {
				if _, is, _ := strings.Cut(v, " "); is == title {
					chosen = append(chosen, v)
				}
			}
		}
		if len(chosen) == len(titles) {
			c.Send(class, name, chosen...)
			return
		}
	}
	c.t.Fatalf("nothing to pick for %q in %v", titles, offered)
}

// Photo uploads a file.
func (c *Plain) Photo(content []byte) {
	c.t.Helper()
	hidden, offered := c.Fields("ask")
	if _, ok := offered["photo"]; !ok || !strings.Contains(c.Page, `enctype="multipart/form-data"`) {
		c.t.Fatalf("the form takes no photo:\n%s", c.Page)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name := range hidden {
		if err := w.WriteField(name, hidden.Get(name)); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("photo", "drain.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := c.http.Post(c.url+"/channels/web", w.FormDataContentType(), &b)
	if err != nil {
		c.t.Fatal(err)
	}
	c.read(r)
}

// Sees fails unless the page shows all of that.
func (c *Plain) Sees(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if !strings.Contains(c.Page, w) {
			c.t.Errorf("%s lacks %q:\n%s", c.At, w, c.Page)
		}
	}
}

// SeesNot fails if the page shows any of that.
func (c *Plain) SeesNot(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if strings.Contains(c.Page, w) {
			c.t.Errorf("%s shows %q", c.At, w)
		}
	}
}

// Has says whether the page has a form of that class.
func (c *Plain) Has(class string) bool {
	for _, m := range formTag.FindAllStringSubmatch(c.Page, -1) {
		if m[1] == class {
			return true
		}
	}
	return false
}
