package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// accountPath is everybody's own account.
const accountPath = "/console/account"

// ownRoutes are what everybody may do with the own account.
func ownRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/console", Needs: AccountOwn, handle: (*Server).showHome, Summary: "Leads to the first page of the menu", Type: html},
		{Method: http.MethodGet, Path: accountPath, Needs: AccountOwn, handle: (*Server).showAccount, Summary: "The own account", Type: html},
		{Method: http.MethodPost, Path: accountPath + "/name", Needs: AccountOwn, handle: (*Server).renameSelf, Summary: "Change the own name", Type: html},
	}
}

func (s *Server) showHome(c echo.Context) error { return s.goOn(c, "") }

// ownView is the own account.
type ownView struct {
	page
	Role   string
	Limits []string
	Name   field
}

func (s *Server) ownView(c echo.Context) ownView {
	p := s.page(c, "account_title")
	v := ownView{page: p, Role: p.Words["role_"+string(p.Agent.Role)], Limits: s.limits(p, p.Agent)}
	v.Name = field{Name: "name", Label: p.Words["name"], Value: p.Agent.Name, Hint: p.Words["name_hint"], Complete: "name", Required: true, Most: 100}
	return v
}

func (s *Server) showAccount(c echo.Context) error {
	return s.show(c, http.StatusOK, "account.html", s.ownView(c))
}

func (s *Server) renameSelf(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.Rename(c.Request().Context(), viewer(c).AgentID, form.Get("name")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=saved")
}
