package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// cellName names a text in a language among those of a form.
func cellName(file, name, lang string) string { return file + "\x00" + name + "\x00" + lang }

// keepTexts writes what was changed into the draft. A text that has changed
// since the form was shown is not written over.
func (s *Server) keepTexts(c echo.Context) error {
	form, err := formUpTo(c, maxFlowsForm)
	if err != nil {
		return err
	}
	draft, _, _, err := s.working(c)
	if err != nil {
		return err
	}
	files, n, fault, err := translated(sources(draft.Files), form)
	switch {
	case err != nil:
		return err
	case fault != "":
		return s.textsPage(c, http.StatusUnprocessableEntity, fault, typedTexts(form))
	}
	back := textsPath + withoutPath(c)
	if n == 0 {
		return c.Redirect(http.StatusSeeOther, withQuery(back, "done", "texts_same"))
	}
	draft.Files = catalogFiles(files)
	if err := s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, withQuery(back, "done", "texts_kept"))
}

// withoutPath is the query of the request without what has been done.
func withoutPath(c echo.Context) string {
	path := withoutQuery(c.Request().URL.RequestURI(), "done", "lang")
	if i := strings.IndexByte(path, '?'); i >= 0 {
		return path[i:]
	}
	return ""
}

// cells are the texts of a form, each with where it belongs and what it was.
func cells(form url.Values) (list [][5]string, ok bool) {
	file, name, lang, was, text := form["file"], form["name"], form["code"], form["was"], form["text"]
	n := len(text)
	if len(file) != n || len(name) != n || len(lang) != n || len(was) != n || n > 20*textsAtOnce {
		return nil, false
	}
	for i := range text {
		list = append(list, [5]string{file[i], name[i], lang[i], unix(was[i]), unix(text[i])})
	}
	return list, true
}

// unix is what a browser sends of a text area as it was.
func unix(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func typedTexts(form url.Values) map[string]string {
	typed := map[string]string{}
	list, _ := cells(form)
	for _, c := range list {
		typed[cellName(c[0], c[1], c[2])] = c[4]
	}
	return typed
}

// translated is the files with a form's texts, how many of them are others than
// before, and the key of what is wrong.
func translated(files []flows.File, form url.Values) (changed []flows.File, n int, fault string, err error) {
	list, ok := cells(form)
	if !ok {
		return nil, 0, "", badField("text", "must come with file, name, code and was, as many of each")
	}
	table, err := flows.Texts(files)
	if errors.Is(err, flows.ErrEdit) {
		return nil, 0, "fault_texts_edit", nil
	}
	if err != nil {
		return nil, 0, "", err
	}
	for _, c := range list {
		file, name, lang, was, text := c[0], c[1], c[2], c[3], strings.TrimSpace(c[4])
		if text == strings.TrimSpace(was) || text == "" {
			continue // what is emptied stays: the editor is for taking a text out
		}
		i := slices.IndexFunc(table.Entries, func(e flows.TextEntry) bool { return e.File == file && e.Name() == name })
		switch {
		case i < 0 || !slices.Contains(table.Languages, lang) || table.Entries[i].Texts[lang] != was:
			return nil, 0, "", handoff.ErrConflict
		case len([]rune(text)) > maxSaid:
			return nil, 0, "fault_texts_long", nil
		}
		if files, err = flows.SetText(files, file, name, lang, text); errors.Is(err, flows.ErrEdit) {
			return nil, 0, "fault_texts_edit", nil
		}
		if err != nil {
			return nil, 0, "", err
		}
		n++
	}
	return files, n, "", nil
}
