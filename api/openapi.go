package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/labstack/echo/v4"
)

// The OpenAPI 3.1 document, made once at start from the table of routes and
// the types of their answers.

type document struct {
	OpenAPI    string                          `json:"openapi"`
	Info       map[string]string               `json:"info"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components components                      `json:"components"`
}

type components struct {
	Schemas         map[string]any `json:"schemas"`
	SecuritySchemes map[string]any `json:"securitySchemes"`
}

type operation struct {
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Parameters  []parameter           `json:"parameters,omitempty"`
	RequestBody *requestBody          `json:"requestBody,omitempty"`
	Security    []map[string][]string `json:"security"`
	Permission  Permission            `json:"x-permission"`
	Responses   map[string]response   `json:"responses"`
}

type parameter struct {
	Name        string         `json:"name"`
	In          string         `json:"in"`
	Description string         `json:"description"`
	Required    bool           `json:"required,omitempty"`
	Schema      map[string]any `json:"schema"`
}

type requestBody struct {
	Content map[string]mediaType `json:"content"`
}

type response struct {
	Description string               `json:"description"`
	Content     map[string]mediaType `json:"content,omitempty"`
}

type mediaType struct {
	Schema any `json:"schema"`
	Event  any `json:"x-event,omitempty"` // schema of the data of each event
}

// defsPrefix is where schemas are told to find each other, and schemasPrefix
// where they are in the document.
const (
	defsPrefix    = `"#/$defs/`
	schemasPrefix = `"#/components/schemas/`
	faultSchema   = "Error"
)

// describe makes the document of the routes under /api/v1.
func describe(routes []Route) ([]byte, error) {
	doc := document{
		OpenAPI: "3.1.0",
		Info: map[string]string{
			"title": "Nagorik", "version": "1",
			"description": "The record of a city's conversations with its citizens. Lists are paged by next; times are RFC 3339, days are Asia/Dhaka days. More fields may be added.",
		},
		Paths: map[string]map[string]operation{},
		Components: components{
			Schemas:         map[string]any{},
			SecuritySchemes: map[string]any{"token": map[string]string{"type": "http", "scheme": "bearer"}},
		},
	}
	schemas := schemaSet{doc.Components.Schemas}
	schemas.of(faultAnswer{})
	for _, r := range routes {
		if !strings.HasPrefix(r.Path, "/api/v1/") {
			continue
		}
		path, names := pathOf(r.Path)
		if doc.Paths[path] == nil {
			doc.Paths[path] = map[string]operation{}
		}
		doc.Paths[path][strings.ToLower(r.Method)] = r.operation(names, schemas)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return bytes.ReplaceAll(b, []byte(defsPrefix), []byte(schemasPrefix)), nil
}

// pathOf turns echo's notation into OpenAPI's and names the parameters.
func pathOf(path string) (string, []string) {
	parts := strings.Split(path, "/")
	var names []string
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			names = append(names, name)
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/"), names
}

func (r Route) operation(names []string, schemas schemaSet) operation {
	op := operation{
		OperationID: operationID(r), Summary: r.Summary, Permission: r.Needs,
		Security:  []map[string][]string{},
		Responses: map[string]response{"200": r.success(schemas)},
	}
	faults := []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
	if r.Needs.staff() {
		op.Security = append(op.Security, map[string][]string{"token": {}})
		faults = append(faults, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	for _, name := range names {
		op.Parameters = append(op.Parameters, parameter{Name: name, In: "path", Description: "which one", Required: true, Schema: r.pathSchema(name)})
		faults = append(faults, http.StatusNotFound)
	}
	if r.Body != nil {
		op.RequestBody = &requestBody{map[string]mediaType{"application/json": {Schema: schemas.of(r.Body)}}}
		if r.Form != nil {
			op.RequestBody.Content["multipart/form-data"] = mediaType{Schema: schemas.of(r.Form)}
		}
		faults = append(faults, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	for _, p := range r.Query {
		op.Parameters = append(op.Parameters, parameter{Name: p.Name, In: "query", Description: p.Summary, Schema: p.schema()})
	}
	for _, status := range faults {
		op.Responses[fmt.Sprint(status)] = response{
			Description: http.StatusText(status),
			Content:     map[string]mediaType{"application/json": {Schema: map[string]string{"$ref": "#/$defs/" + faultSchema}}},
		}
	}
	return op
}

// operationID is a name for generated clients: showContact, listCases,
// assignCase, assignCases, followStream.
func operationID(r Route) string {
	words := strings.Split(strings.TrimPrefix(r.Path, "/api/v1/"), "/")
	if len(words) > 4 { // a part of the thing: conversations/:id/messages/:message/retry
		words = words[2:]
	}
	verb := "list"
	if r.Event != nil {
		verb = "follow"
	} else if r.Method == http.MethodPost {
		if verb = "change"; len(words) > 1 {
			verb = words[len(words)-1]
		}
		if len(words) != 2 { // two: the verb does it to several
			words[0] = strings.TrimSuffix(words[0], "s")
		}
	} else if len(words) > 2 { // a list of one thing: listCaseDuplicates
		last := words[len(words)-1]
		words[0] = strings.TrimSuffix(words[0], "s") + strings.ToUpper(last[:1]) + last[1:]
	} else if len(words) > 1 || strings.Contains(words[0], ".") {
		verb = "show"
		words[0] = strings.TrimSuffix(strings.TrimSuffix(words[0], "s"), ".json")
	}
	return verb + strings.ToUpper(words[0][:1]) + words[0][1:]
}

// success is what a route answers when all is well.
func (r Route) success(schemas schemaSet) response {
	content := map[string]mediaType{}
	switch {
	case r.Event != nil:
		content[r.Type] = mediaType{Schema: map[string]string{"type": "string"}, Event: schemas.of(r.Event)}
	case r.Type == "application/json":
		content[r.Type] = mediaType{Schema: map[string]string{}}
	case strings.HasPrefix(r.Type, "text/"):
		content[r.Type] = mediaType{Schema: map[string]string{"type": "string"}}
	case r.Type != "":
		content[r.Type] = mediaType{Schema: map[string]string{"type": "string", "format": "binary"}}
	}
	if r.Answer != nil {
		content["application/json"] = mediaType{Schema: schemas.of(r.Answer)}
	}
	return response{Description: r.Summary, Content: content}
}

func (r Route) pathSchema(name string) map[string]any {
	switch {
	case len(r.Names) > 0:
		return map[string]any{"type": "string", "enum": r.Names}
	case name == "number":
		return map[string]any{"type": "integer", "format": "int64"}
	case name == "task":
		return map[string]any{"type": "string"}
	default:
		return map[string]any{"type": "string", "format": "uuid"}
	}
}

func (p Parameter) schema() map[string]any {
	schema := map[string]any{"type": p.Type}
	if p.Format != "" {
		schema["format"] = p.Format
	}
	if len(p.Enum) > 0 {
		schema["enum"] = p.Enum
	}
	return schema
}

// schemaSet gathers the schemas of all types by name.
type schemaSet struct{ all map[string]any }

// of adds the schema of v's type, and of the types in it, and refers to it.
func (s schemaSet) of(v any) any {
	reflector := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Namer: schemaName}
	schema := reflector.ReflectFromType(reflect.TypeOf(v))
	for name, def := range schema.Definitions {
		s.all[name] = def
	}
	return map[string]string{"$ref": schema.Ref}
}

// schemaName names a type's schema: contactAnswer is Contact, a list of them
// ContactList.
func schemaName(t reflect.Type) string {
	name := t.Name()
	inner, isList := strings.CutPrefix(name, "listOf[")
	if isList {
		name = strings.TrimSuffix(inner[strings.LastIndex(inner, ".")+1:], "]")
	}
	name = strings.TrimSuffix(name, "Answer")
	if name == "fault" {
		return faultSchema
	}
	if name == "" {
		return ""
	}
	name = strings.ToUpper(name[:1]) + name[1:]
	if isList {
		return name + "List"
	}
	return name
}

func (s *Server) showOpenAPI(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=300")
	return c.JSONBlob(http.StatusOK, s.openapi)
}
