package api

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// accountPath is everybody's own account.
const accountPath = "/console/account"

// ownRoutes are what everybody may do with the own account.
func ownRoutes() []Route {
	own := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: path, Needs: AccountOwn, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		own(http.MethodGet, "/console", (*Server).showHome, "Leads to the first page of the menu"),
		own(http.MethodGet, accountPath, (*Server).showAccount, "The own account"),
		own(http.MethodPost, accountPath+"/name", (*Server).renameSelf, "Change the own name and language"),
		own(http.MethodPost, accountPath+"/password", (*Server).changePassword, "Change the own password"),
		own(http.MethodGet, secondPath, (*Server).showSecondFactor, "The own second factor"),
		own(http.MethodPost, secondPath, (*Server).addSecondFactor, "Add a second factor"),
		own(http.MethodPost, secondPath+"/drop", (*Server).dropSecondFactor, "End the own second factor"),
		own(http.MethodPost, accountPath+"/tokens", (*Server).addToken, "Make an API token and show it, once"),
		own(http.MethodPost, accountPath+"/tokens/:id/revoke", (*Server).revokeToken, "Revoke an API token"),
	}
}

func (s *Server) showHome(c echo.Context) error { return s.goOn(c, "") }

// ownView is the own account.
type ownView struct {
	page
	Role     string
	Limits   []string
	Name     field
	Language field
	Old      field
	Password field
	Again    field
	Alarms   *field // whether they come by mail; nil: they come to others
	Tokens   []handoff.APIToken
}

func (s *Server) ownView(c echo.Context) (ownView, error) {
	p := s.page(c, "account_title")
	v := ownView{page: p, Role: p.Words["role_"+string(p.Agent.Role)], Limits: s.limits(p, p.Agent)}
	v.Name = p.nameField(p.Agent.Name)
	v.Name.Hint = p.Words["name_hint"]
	v.Language = field{Name: "language", Label: p.Words["language"], Options: p.languageOptions()}
	v.Old = field{Name: "old", Label: p.Words["password_old"], Type: "password", Complete: "current-password", Required: true}
	v.Password, v.Again = p.newPassword("password", "password_new"), p.newPassword("again", "password_again")
	if p.Agent.Role != handoff.RoleAgent {
		v.Alarms = &field{Name: "mail", Label: p.Words["alarm_by_mail"], Value: "on", Box: true, Ticked: p.Agent.AlarmMail}
	}
	var err error
	v.Tokens, err = s.opt.Desk.Tokens(c.Request().Context(), p.Agent.ID)
	return v, err
}

func (p page) nameField(name string) field {
	return field{Name: "name", Label: p.Words["name"], Value: name, Complete: "off", Required: true, Most: handoff.MaxAgentName}
}

func (p page) languageOptions() []option {
	options := make([]option, len(languages))
	for i, lang := range languages {
		options[i] = option{Value: lang, Label: p.Words["language_"+lang], Chosen: lang == p.Lang}
	}
	return options
}

// showOwn shows the account with what is wrong with a form of its.
func (s *Server) showOwn(c echo.Context, status int, change func(*ownView)) error {
	v, err := s.ownView(c)
	if err != nil {
		return err
	}
	change(&v)
	return s.show(c, status, "account.html", v)
}

func (s *Server) showAccount(c echo.Context) error {
	return s.showOwn(c, http.StatusOK, func(*ownView) {})
}

func (s *Server) renameSelf(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, agent := c.Request().Context(), viewer(c).AgentID
	err = s.opt.Desk.Rename(ctx, agent, form.Get("name"))
	if err == nil {
		err = s.opt.Desk.SpeakTo(ctx, agent, form.Get("language"))
	}
	if errors.Is(err, handoff.ErrInvalid) {
		return s.showOwn(c, http.StatusUnprocessableEntity, func(v *ownView) {
			v.Name.Value, v.Name.Fault = form.Get("name"), v.Words["fault_name"]
		})
	}
	if err != nil {
		return err
	}
	s.rememberLanguage(c, form.Get("language"))
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=saved")
}

// changePassword asks for the old password, and signs all other browsers out.
func (s *Server) changePassword(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if form.Get("password") != form.Get("again") {
		return s.showOwn(c, http.StatusUnprocessableEntity, func(v *ownView) { v.Password.Fault = v.Words["fault_again"] })
	}
	ctx := c.Request().Context()
	err = s.opt.Desk.ChangePassword(ctx, viewer(c).AgentID, form.Get("old"), form.Get("password"), s.sessions.Token(ctx))
	if errors.Is(err, handoff.ErrInvalid) {
		return s.showOwn(c, http.StatusUnprocessableEntity, func(v *ownView) { v.Password.Fault = v.Words["fault_length"] })
	}
	if status, said := s.refused(err); said != nil {
		return s.showOwn(c, status, func(v *ownView) { v.Old.Fault = said(v.page) })
	}
	if err != nil {
		return err
	}
	if err := s.beginSession(c, viewer(c).AgentID, stageIn); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=password")
}

// refused says that a password was wrong or must not be tried now; nil when
// err is something else.
func (s *Server) refused(err error) (int, func(page) string) {
	var locked *handoff.LockedError
	switch {
	case errors.As(err, &locked):
		return http.StatusTooManyRequests, func(p page) string { return p.Say("fault_locked", "time", p.Clock(locked.Until)) }
	case errors.Is(err, handoff.ErrRefused):
		return http.StatusUnprocessableEntity, func(p page) string { return p.Words["fault_old"] }
	default:
		return 0, nil
	}
}

// secretView shows a secret, once.
type secretView struct {
	page
	Lead   string
	Label  string
	Secret string
	Hint   string
	Codes  []string // recovery codes, instead of one secret
	Usage  bool     // how a program sends it
	Leave  action
}

// addToken shows a new API token of the agent's own.
func (s *Server) addToken(c echo.Context) error {
	token, err := s.opt.Desk.AddOwnToken(c.Request().Context(), viewer(c).AgentID)
	if err != nil {
		return err
	}
	v := secretView{page: s.page(c, "token_title"), Secret: token, Usage: true}
	v.Lead, v.Label, v.Hint = v.Words["token_lead"], v.Words["token_label"], v.Words["token_hint"]
	v.Leave = action{accountPath, v.Words["account_back"]}
	return s.show(c, http.StatusOK, "secret.html", v)
}

func (s *Server) revokeToken(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.RevokeToken(c.Request().Context(), viewer(c).AgentID, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=revoked")
}
