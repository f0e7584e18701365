package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// settingsPath is where administrators say what the city shows to everybody.
const settingsPath = "/console/settings"

// settingsView is what can be turned on.
type settingsView struct {
	page
	Counts field
	On     string // since when, in words; empty: off
}

func settingsRoutes() []Route {
	on := func(method, path, summary string, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: path, Needs: SettingManage, handle: handle, Summary: summary}
	}
	page, save := on(http.MethodGet, settingsPath, "What the city shows to everybody", (*Server).showSettings), on(http.MethodPost, settingsPath, "Change what the city shows to everybody", (*Server).saveSettings)
	page.Type, save.Type = html, html
	list, change := on(http.MethodGet, "/api/v1/settings", "What is turned on", (*Server).listSettings), on(http.MethodPost, "/api/v1/settings", "Turn something on or off", (*Server).changeSettings)
	list.Answer, change.Answer, change.Body = settingsAnswer{}, settingsAnswer{}, settingsBody{}
	return []Route{page, save, list, change}
}

func (s *Server) showSettings(c echo.Context) error {
	v := settingsView{page: s.page(c, "settings_title")}
	since, err := s.opt.Desk.SwitchedOn(c.Request().Context(), handoff.PublicCounts)
	if err != nil {
		return err
	}
	v.Counts = field{Name: string(handoff.PublicCounts), Label: v.Words["settings_counts_on"], Value: "on", Box: true, Ticked: !since.IsZero()}
	if v.Counts.Ticked {
		v.On = v.Say("settings_since", "time", v.When(since))
	}
	return s.show(c, http.StatusOK, "settings.html", v)
}

func (s *Server) saveSettings(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	on := form.Get(string(handoff.PublicCounts)) == "on"
	if err := s.opt.Desk.Turn(c.Request().Context(), viewer(c), handoff.PublicCounts, on); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, settingsPath+"?done=saved")
}

type settingsAnswer struct {
	PublicCounts bool `json:"public_counts" jsonschema_description:"everybody may see at /counts how many reports there are, by ward and by service; numbers under five are hidden"`
}

type settingsBody struct {
	PublicCounts *bool `json:"public_counts" jsonschema_description:"as in the answer; left out, it stays as it is"`
}

func (s *Server) listSettings(c echo.Context) error {
	since, err := s.opt.Desk.SwitchedOn(c.Request().Context(), handoff.PublicCounts)
	if err != nil {
		return err
	}
	return answer(c, settingsAnswer{PublicCounts: !since.IsZero()})
}

func (s *Server) changeSettings(c echo.Context) error {
	body, err := bodyOf[settingsBody](c)
	if err != nil {
		return err
	}
	if body.PublicCounts != nil {
		if err := s.opt.Desk.Turn(c.Request().Context(), viewer(c), handoff.PublicCounts, *body.PublicCounts); err != nil {
			return err
		}
	}
	return s.listSettings(c)
}
