package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// spec is the served document, as a program reads it.
type spec map[string]any

func (o *office) spec() spec {
	o.t.Helper()
	w := o.do(call{path: "/api/v1/openapi.json"})
	if w.Code != http.StatusOK {
		o.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return jsonOf(o.t, w)
}

// at follows names into the document.
func (s spec) at(names ...string) map[string]any {
	m := map[string]any(s)
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func TestOpenAPIIsWhole(t *testing.T) {
	o := bare(t, nil)
	s := o.spec()
	if s["openapi"] != "3.1.0" || s.at("info")["title"] == nil || s.at("info")["version"] == nil {
		t.Errorf("head: %v", s["openapi"])
	}
	ids := map[string]bool{}
	for _, r := range o.server.routes {
		if !strings.HasPrefix(r.Path, "/api/v1/") {
			continue
		}
		path, names := pathOf(r.Path)
		op := s.at("paths", path, strings.ToLower(r.Method))
		if op == nil {
			t.Errorf("%s %s is not described", r.Method, path)
			continue
		}
		id, _ := op["operationId"].(string)
		if id == "" || ids[id] || op["summary"] == "" {
			t.Errorf("%s: operationId %q, summary %v", path, id, op["summary"])
		}
		ids[id] = true
		if security, ok := op["security"].([]any); !ok || len(security) > 0 != r.Needs.staff() {
			t.Errorf("%s: security %v", path, op["security"])
		}
		for _, name := range names {
			if !hasParameter(op, name, "path") || !strings.Contains(path, "{"+name+"}") {
				t.Errorf("%s: path parameter %s is not described", path, name)
			}
		}
		for _, p := range r.Query {
			if !hasParameter(op, p.Name, "query") {
				t.Errorf("%s: parameter %s is not described", path, p.Name)
			}
		}
		if s.at("paths", path, strings.ToLower(r.Method), "responses")["200"] == nil {
			t.Errorf("%s: no answer", path)
		}
	}
	if len(ids) < 8 {
		t.Errorf("only %d calls are described", len(ids))
	}
}

func hasParameter(op map[string]any, name, in string) bool {
	list, _ := op["parameters"].([]any)
	return slices.ContainsFunc(list, func(p any) bool {
		m, _ := p.(map[string]any)
		return m["name"] == name && m["in"] == in && m["schema"] != nil && m["description"] != "" && (in != "path" || m["required"] == true)
	})
}

func TestOpenAPIRefersToWhatIsThere(t *testing.T) {
	o := bare(t, nil)
	w := o.do(call{path: "/api/v1/openapi.json"})
	refs := regexp.MustCompile(`"\$ref":"([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(refs) < 10 {
		t.Fatalf("%d references", len(refs))
	}
	schemas := o.spec().at("components", "schemas")
	for _, ref := range refs {
		name, ok := strings.CutPrefix(ref[1], "#/components/schemas/")
		if !ok || schemas[name] == nil {
			t.Errorf("%s leads nowhere", ref[1])
		}
	}
	for name := range schemas {
		if !regexp.MustCompile(`^[A-Z][A-Za-z]+$`).MatchString(name) {
			t.Errorf("schema %q", name)
		}
	}
}

// TestAnswersAreAsDescribed holds real answers against the document.
func TestAnswersAreAsDescribed(t *testing.T) {
	o := newOffice(t, nil)
	f := o.file("রহিম", "drainage", 12)
	empty := o.file("", "waste", 0)
	if _, err := o.pool.Exec(t.Context(), "DELETE FROM photos WHERE id = $1", empty.photo); err != nil {
		t.Fatal(err)
	}
	s := o.spec()
	for path, pattern := range map[string]string{
		"/api/v1/contacts":                                     "/api/v1/contacts",
		"/api/v1/contacts/" + f.contact.String():               "/api/v1/contacts/{id}",
		"/api/v1/contacts/" + empty.contact.String():           "/api/v1/contacts/{id}",
		"/api/v1/conversations?limit=1":                        "/api/v1/conversations",
		"/api/v1/conversations/" + f.conversation.String():     "/api/v1/conversations/{id}",
		"/api/v1/cases":                                        "/api/v1/cases",
		fmt.Sprintf("/api/v1/cases/%d", f.number):              "/api/v1/cases/{number}",
		fmt.Sprintf("/api/v1/cases/%d", empty.number):          "/api/v1/cases/{number}",
		"/api/v1/cases?limit=1&q=" + fmt.Sprint(f.number):      "/api/v1/cases",
		"/api/v1/conversations/" + empty.conversation.String(): "/api/v1/conversations/{id}",
		"/api/v1/reports/cases_by_ward":                        "/api/v1/reports/{name}",
		"/api/v1/reports/resolution":                           "/api/v1/reports/{name}",
		"/api/v1/agents":                                       "/api/v1/agents",
	} {
		schema := s.at("paths", pattern, "get", "responses", "200", "content", "application/json", "schema")
		for _, fault := range s.check(schema, any(o.get(path)), "answer") {
			t.Errorf("%s: %s", path, fault)
		}
	}
	fault := jsonOf(t, o.do(call{path: "/api/v1/cases?ward=x", token: o.token}))
	for _, problem := range s.check(s.at("components", "schemas", "Error"), any(fault), "error") {
		t.Error(problem)
	}
}

func TestTheCheckOfAnswersFindsFaults(t *testing.T) {
	o := bare(t, nil)
	s := o.spec()
	schema := s.at("components", "schemas", "Photo")
	good := `{"id":"` + uuid.NewString() + `","url":null,"type":"","width":1,"height":1,"status":"kept","after":false,"at":"2026-11-23T09:30:00+06:00"}`
	for name, c := range map[string]struct {
		change []string
		faults int
	}{
		"as it should be": {nil, 0},
		"wrong type":      {[]string{`"width":1`, `"width":"1"`}, 1},
		"missing":         {[]string{`"height":1,`, ``}, 1},
		"not described":   {[]string{`"height":1,`, `"height":1,"depth":1,`}, 1},
		"wrong word":      {[]string{`"kept"`, `"lost"`}, 1},
		"not null":        {[]string{`"type":""`, `"type":null`}, 1},
		"no time":         {[]string{`+06:00`, ``}, 1},
	} {
		text := good
		if c.change != nil {
			text = strings.Replace(good, c.change[0], c.change[1], 1)
		}
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if faults := s.check(schema, v, "photo"); len(faults) != c.faults {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// check holds a value against a schema, as far as the document uses schemas.
func (s spec) check(schema map[string]any, v any, where string) (faults []string) {
	if schema == nil {
		return []string{where + ": is not described"}
	}
	if ref, ok := schema["$ref"].(string); ok {
		return s.check(s.at("components", "schemas", ref[strings.LastIndex(ref, "/")+1:]), v, where)
	}
	if either, ok := schema["oneOf"].([]any); ok {
		for _, one := range either {
			m, _ := one.(map[string]any)
			if faults = s.check(m, v, where); len(faults) == 0 {
				return nil
			}
		}
		return faults
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, v) {
		faults = append(faults, fmt.Sprintf("%s: %v is not one of %v", where, v, words))
	}
	switch kind := schema["type"]; kind {
	case "object":
		return append(faults, s.checkObject(schema, v, where)...)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return append(faults, where+": is not a list")
		}
		items, _ := schema["items"].(map[string]any)
		for i, item := range list {
			faults = append(faults, s.check(items, item, fmt.Sprintf("%s[%d]", where, i))...)
		}
	case nil:
	default:
		if !isOf(kind, schema["format"], v) {
			faults = append(faults, fmt.Sprintf("%s: %v is not %v %v", where, v, kind, schema["format"]))
		}
	}
	return faults
}

func (s spec) checkObject(schema map[string]any, v any, where string) (faults []string) {
	object, ok := v.(map[string]any)
	if !ok {
		return []string{where + ": is not an object"}
	}
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, r := range required {
		name, _ := r.(string)
		if _, ok := object[name]; !ok {
			faults = append(faults, where+": lacks "+name)
		}
	}
	for name, value := range object {
		property, described := properties[name]
		if described && property == true {
			continue // any JSON
		}
		if !described {
			property = schema["additionalProperties"] // a map's values
		}
		m, _ := property.(map[string]any)
		faults = append(faults, s.check(m, value, where+"."+name)...)
	}
	return faults
}

func isOf(kind, format, v any) bool {
	switch kind {
	case "null":
		return v == nil
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "integer", "number":
		n, ok := v.(float64)
		return ok && (kind == "number" || n == float64(int64(n)))
	case "string":
		text, ok := v.(string)
		if !ok {
			return false
		}
		switch format {
		case "date-time":
			_, err := time.Parse(time.RFC3339, text)
			return err == nil
		case "uuid":
			_, err := uuid.Parse(text)
			return err == nil
		}
		return true
	default:
		return false
	}
}
