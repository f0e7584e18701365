package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// wallLinksPath is where links for screens are made and ended.
const wallLinksPath = wallPath + "/links"

// wallLinksView is the links that there are.
type wallLinksView struct {
	page
	Name  field
	Links []handoff.WallLink
	Gone  []handoff.WallLink
	Alert string
}

func wallLinkRoutes() []Route {
	on := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: path, Needs: WallManage, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		on(http.MethodGet, wallLinksPath, (*Server).listWallLinks, "The links for screens that show the wall"),
		on(http.MethodPost, wallLinksPath, (*Server).addWallLink, "Make a link for a screen and show it, once"),
		on(http.MethodPost, wallLinksPath+"/:id/end", (*Server).endWallLink, "End a link for a screen"),
	}
}

func (s *Server) listWallLinks(c echo.Context) error {
	return s.showWallLinks(c, http.StatusOK, func(*wallLinksView) {})
}

// showWallLinks shows the page with what is wrong with its form.
func (s *Server) showWallLinks(c echo.Context, status int, change func(*wallLinksView)) error {
	v := wallLinksView{page: s.page(c, "wall_links")}
	v.Name = field{Name: "name", Label: v.Words["wall_link_name"], Hint: v.Words["wall_link_name_hint"], Complete: "off", Required: true, Most: handoff.MaxWallName}
	links, err := s.opt.Desk.WallLinks(c.Request().Context())
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.EndedAt == nil {
			v.Links = append(v.Links, l)
		} else {
			v.Gone = append(v.Gone, l)
		}
	}
	change(&v)
	return s.show(c, status, "walllinks.html", v)
}

func (s *Server) addWallLink(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	token, err := s.opt.Desk.AddWallLink(c.Request().Context(), viewer(c), form.Get("name"))
	if errors.Is(err, handoff.ErrInvalid) {
		return s.showWallLinks(c, http.StatusUnprocessableEntity, func(v *wallLinksView) {
			v.Name.Value, v.Name.Fault = form.Get("name"), v.Words["fault_wall_link"]
		})
	}
	if errors.Is(err, handoff.ErrConflict) {
		return s.showWallLinks(c, http.StatusConflict, func(v *wallLinksView) { v.Alert = v.Words["wall_links_many"] })
	}
	if err != nil {
		return err
	}
	v := secretView{page: s.page(c, "wall_link_made"), Secret: strings.TrimSuffix(s.opt.PublicURL, "/") + screenOpen + token}
	v.Lead, v.Label, v.Hint = v.Words["wall_link_lead"], v.Words["wall_link_label"], v.Words["wall_link_hint"]
	v.Leave = action{wallLinksPath, v.Words["wall_links_back"]}
	return s.show(c, http.StatusOK, "secret.html", v)
}

func (s *Server) endWallLink(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.EndWallLink(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, wallLinksPath+"?done=wall_ended")
}
