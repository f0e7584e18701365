package grammar

import (
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
)

// Schema is the JSON Schema of a flow file, with help in a language.
func Schema(lang string) *jsonschema.Schema {
	root := made()
	for name, def := range root.Definitions {
		describe(def, snake(name), lang)
	}
	return root
}

// made is the schema without help.
func made() *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true}
	root := r.Reflect(File{})
	for _, more := range []any{MenuItem{}, OpenCase{}, Handoff{}} { // what only unions name
		for name, def := range r.Reflect(more).Definitions {
			root.Definitions[name] = def
		}
	}
	seen := map[reflect.Type]bool{}
	for _, t := range []any{File{}, MenuItem{}, OpenCase{}, Handoff{}} {
		mark(root.Definitions, reflect.TypeOf(t), seen)
	}
	return root
}

// mark adds what the library does not know: the names of a map's keys, and
// beside what a key may stand.
func mark(defs jsonschema.Definitions, t reflect.Type, seen map[reflect.Type]bool) {
	if k := t.Kind(); k == reflect.Map || k == reflect.Slice {
		mark(defs, t.Elem(), seen)
		return
	}
	def := defs[t.Name()]
	if t.Kind() != reflect.Struct || def == nil || def.Properties == nil || seen[t] {
		return
	}
	seen[t] = true
	def.Extras = map[string]any{entryOf: snake(t.Name())}
	for i := range t.NumField() {
		f := t.Field(i)
		property, ok := def.Properties.Get(f.Tag.Get("yaml"))
		if !ok {
			continue
		}
		if key, ok := keyOf(f.Type); ok {
			property.PropertyNames = key
		}
		if with := f.Tag.Get("with"); with != "" {
			property.Extras = map[string]any{withOf: with}
		}
		mark(defs, f.Type, seen)
	}
}

// keyOf is the schema of a map's keys.
func keyOf(t reflect.Type) (*jsonschema.Schema, bool) {
	if t.Kind() != reflect.Map {
		return nil, false
	}
	named, ok := reflect.Zero(t.Key()).Interface().(interface{ JSONSchema() *jsonschema.Schema })
	if !ok {
		return nil, false
	}
	return named.JSONSchema(), true
}

// describe writes help into a definition and its properties.
func describe(s *jsonschema.Schema, entry, lang string) {
	if h, ok := help()[entry]; ok {
		s.Description = h.in(lang)
	}
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if h, ok := help()[entry+"."+p.Key]; ok {
			p.Value.Description = h.in(lang)
			if h.YAML != "" {
				p.Value.Examples = []any{h.YAML}
			}
		}
	}
}

// snake is a type's name as the reference writes it: OpenCase is open_case.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
