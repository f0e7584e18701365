package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// accountsPath is where administrators manage staff accounts.
const accountsPath = "/console/accounts"

// accountRoutes are what administrators do with accounts.
func accountRoutes() []Route {
	managed := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: accountsPath + path, Needs: AccountManage, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		managed(http.MethodGet, "", (*Server).listAccounts, "All staff accounts"),
		managed(http.MethodGet, "/new", (*Server).showNewAccount, "The form for a new account"),
		managed(http.MethodPost, "/new", (*Server).addAccount, "Make an account and show its sign-in link, once"),
		managed(http.MethodGet, "/:id", (*Server).editAccount, "An account"),
		managed(http.MethodPost, "/:id", (*Server).changeAccount, "Change name, role, teams and wards"),
		managed(http.MethodPost, "/:id/invite", (*Server).inviteAccount, "Show a new sign-in link, once"),
		managed(http.MethodPost, "/:id/disable", (*Server).disableAccount, "Take every way in from an account"),
		managed(http.MethodPost, "/:id/enable", (*Server).enableAccount, "Let a disabled account in again"),
		managed(http.MethodPost, "/:id/reset-second-factor", (*Server).resetSecondFactor, "End the second factor of a lost telephone"),
	}
}

// accountsView lists accounts.
type accountsView struct {
	page
	Accounts []accountLine
}

type accountLine struct {
	handoff.Agent
	RoleName string
	Limits   []string
}

func (s *Server) listAccounts(c echo.Context) error {
	staff, err := s.opt.Desk.Accounts(c.Request().Context())
	if err != nil {
		return err
	}
	v := accountsView{page: s.page(c, "accounts_title")}
	for _, a := range staff {
		v.Accounts = append(v.Accounts, accountLine{a, v.Words["role_"+string(a.Role)], s.limits(v.page, a)})
	}
	return s.show(c, http.StatusOK, "accounts.html", v)
}

// accountView is the form of one account.
type accountView struct {
	page
	Account handoff.Agent // the zero Agent: a new one
	Own     bool          // the viewer's own
	New     bool
	Email   field
	Name    field
	Role    field
	Teams   boxes
	Wards   field
}

func (s *Server) accountView(c echo.Context, title string, a handoff.Agent) accountView {
	v := accountView{page: s.page(c, title), Account: a}
	v.Own = a.ID == v.Agent.ID
	v.Email = field{Name: "email", Label: v.Words["email"], Value: a.Email, Type: "email", Hint: v.Words["email_hint"], Complete: "off", Required: true}
	v.Name = v.nameField(a.Name)
	v.Name.Hint = v.Words["name_hint"]
	v.Role = field{Name: "role", Label: v.Words["role"], Hint: v.Words["role_hint"], Options: v.roleOptions(a.Role)}
	v.Teams = boxes{Name: "teams", Label: v.Words["teams"], Hint: v.Words["teams_hint"], Options: s.teamOptions(v.Lang, a.Teams)}
	v.Wards = field{Name: "wards", Label: v.Words["wards"], Value: wardText(a.Wards), Hint: v.Words["wards_hint"], Complete: "off"}
	return v
}

func (p page) roleOptions(chosen handoff.Role) []option {
	var options []option
	for _, r := range []handoff.Role{handoff.RoleAgent, handoff.RoleSupervisor, handoff.RoleAdministrator} {
		options = append(options, option{Value: string(r), Label: p.Words["role_"+string(r)], Chosen: r == chosen})
	}
	return options
}

// teamOptions are the teams of the flows, and those an account has from flows
// of former times.
func (s *Server) teamOptions(lang string, chosen []string) []option {
	var options []option
	for _, t := range s.opt.Teams(lang) {
		options = append(options, option{Value: t.ID, Label: t.Name, Chosen: slices.Contains(chosen, t.ID)})
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(options, func(o option) bool { return o.Value == id }) {
			options = append(options, option{Value: id, Label: id, Chosen: true})
		}
	}
	return options
}

// typed puts what was typed back into the form, and says what is wrong with it.
func (s *Server) typed(v accountView, form url.Values, fault string) accountView {
	v.Email.Value, v.Name.Value, v.Wards.Value = form.Get("email"), form.Get("name"), form.Get("wards")
	v.Role.Options = v.roleOptions(handoff.Role(form.Get("role")))
	v.Teams.Options = s.teamOptions(v.Lang, form["teams"])
	switch fault {
	case "email":
		v.Email.Fault = v.Words["fault_email"]
	case "name":
		v.Name.Fault = v.Words["fault_name"]
	case "wards":
		v.Wards.Fault = v.Words["fault_wards"]
	case "last":
		v.Role.Fault = v.Words["last_text"]
	default:
		v.Role.Fault = v.Words["invalid_text"]
	}
	return v
}

// wanted reads the form of an account. fault names a field that cannot be read.
func wanted(form url.Values) (n handoff.NewAgent, fault string) {
	n = handoff.NewAgent{Email: form.Get("email"), Name: form.Get("name"), Role: handoff.Role(form.Get("role")), Teams: form["teams"]}
	var ok bool
	if n.Wards, ok = wardsOf(form.Get("wards")); !ok {
		return n, "wards"
	}
	return n, ""
}

// faultOf is the field that an error is about; empty when it is about none.
func faultOf(err error) string {
	var wrong *handoff.FieldError
	switch {
	case errors.As(err, &wrong):
		return wrong.Field
	case errors.Is(err, handoff.ErrLastAdministrator):
		return "last"
	default:
		return ""
	}
}

func (s *Server) showNewAccount(c echo.Context) error {
	v := s.accountView(c, "account_add", handoff.Agent{Role: handoff.RoleAgent})
	v.New = true
	return s.show(c, http.StatusOK, "accountform.html", v)
}

func (s *Server) addAccount(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	n, fault := wanted(form)
	n.By = viewer(c).AgentID
	if fault == "" {
		var agent handoff.Agent
		var link handoff.LinkToken
		agent, link, err = s.opt.Desk.AddAgent(c.Request().Context(), n)
		if err == nil {
			return s.showLink(c, agent, link)
		}
		if fault = faultOf(err); fault == "" {
			return err
		}
	}
	v := s.typed(s.accountView(c, "account_add", handoff.Agent{}), form, fault)
	v.New = true
	return s.show(c, http.StatusUnprocessableEntity, "accountform.html", v)
}

// showLink shows a sign-in link, once. It is given to its owner by hand.
func (s *Server) showLink(c echo.Context, agent handoff.Agent, link handoff.LinkToken) error {
	v := secretView{page: s.page(c, "link_title"), Secret: SignInURL(s.opt.PublicURL, link)}
	v.Lead, v.Label, v.Hint = v.Say("link_lead", "name", agent.Name), v.Words["link_label"], v.Words["link_hint"]
	v.Leave = action{accountsPath, v.Words["accounts_back"]}
	return s.show(c, http.StatusOK, "secret.html", v)
}

// accountOf is the account of the path.
func (s *Server) accountOf(c echo.Context) (handoff.Agent, error) {
	id, err := idOf(c)
	if err != nil {
		return handoff.Agent{}, err
	}
	return s.opt.Desk.Account(c.Request().Context(), id)
}

func (s *Server) editAccount(c echo.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "accountform.html", s.accountView(c, "account_edit", a))
}

func (s *Server) changeAccount(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	n, fault := wanted(form)
	if fault == "" {
		err = s.opt.Desk.ChangeAccount(c.Request().Context(), viewer(c).AgentID, a.ID, n)
		if err == nil {
			return c.Redirect(http.StatusSeeOther, accountsPath+"?done=saved")
		}
		if fault = faultOf(err); fault == "" {
			return err
		}
	}
	return s.show(c, http.StatusUnprocessableEntity, "accountform.html", s.typed(s.accountView(c, "account_edit", a), form, fault))
}

func (s *Server) inviteAccount(c echo.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	link, err := s.opt.Desk.InviteAgent(c.Request().Context(), viewer(c).AgentID, a.ID)
	if err != nil {
		return err
	}
	return s.showLink(c, a, link)
}

func (s *Server) disableAccount(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.DisableAccount(c.Request().Context(), viewer(c).AgentID, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountsPath+"?done=disabled")
}

func (s *Server) enableAccount(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.EnableAccount(c.Request().Context(), viewer(c).AgentID, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountsPath+"?done=enabled")
}

func (s *Server) resetSecondFactor(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.ResetSecondFactor(c.Request().Context(), viewer(c).AgentID, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountsPath+"/"+id.String()+"?done=second_off")
}
