package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// recordPages are what staff read and do about cases and people.
func recordPages() []Route {
	on := func(method, path string, needs Permission, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: path, Needs: needs, handle: handle, Summary: summary, Type: html}
	}
	routes := []Route{
		on(http.MethodGet, casesPath, CaseRead, (*Server).listCasesPage, "Cases, what is overdue first"),
		on(http.MethodPost, casesPath+"/assign", CaseWork, (*Server).assignCasesPage, "Give the chosen cases of a list to an agent or a team"),
		on(http.MethodGet, casesPath+"/:number", CaseRead, (*Server).showCasePage, "A case, all that happened to it and what can be done"),
		on(http.MethodGet, contactsPath, ContactRead, (*Server).listContactsPage, "People, by name, phone, e-mail or a number"),
		on(http.MethodGet, contactsPath+"/:id", ContactRead, (*Server).showContactPage, "All that is kept about somebody"),
		on(http.MethodPost, contactsPath+"/:id/code", ContactWork, (*Server).codeContact, "Send a code by SMS to somebody's telephone"),
		on(http.MethodPost, contactsPath+"/:id/merge", ContactWork, (*Server).mergeContact, "Link a telephone by the code that was read back"),
		on(http.MethodPost, contactsPath+"/:id/unmerge", ContactUnmerge, (*Server).unmergeContact, "Make two people again of one"),
		on(http.MethodPost, contactsPath+"/:id/notes", ContactWork, (*Server).noteContact, "Write a note about somebody"),
		on(http.MethodGet, guidePath, AccountOwn, (*Server).showGuide, "A guide for an agent's first day"),
	}
	return append(routes, caseVerbRoutes()...)
}
