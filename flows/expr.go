package flows

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Bounds of conditions and arithmetic.
const (
	maxNodes = 100  // parts of one expression
	maxExpr  = 1000 // bytes of one expression
)

// allowedBuiltins are the functions of the expression library that a flow may
// call; none of them can run for long.
var allowedBuiltins = []string{"len", "abs", "ceil", "floor", "round", "int", "float", "min", "max", "trim", "upper", "lower"}

// condition is a compiled `if`.
type condition struct {
	program *vm.Program
	uses    []int // slots it mentions
	source  string
}

// computation is a compiled line of `compute`.
type computation struct {
	slot    int
	uses    []int
	program *vm.Program
}

// today is the name conditions know the day by: 2026-11-23, in Bangladesh. As a
// text it compares with settings and answers that are dates.
const today = "today"

// env compiles the expressions of one flow. Slots and settings are its
// variables; a slot without an answer is the zero of its type.
type env struct {
	k     *compiler
	f     *flow
	types types.Map
}

func (k *compiler) newEnv(f *flow) *env {
	e := &env{k: k, f: f, types: types.Map{today: types.String}}
	for _, s := range k.d.settings {
		if s.num {
			e.types[s.name.text] = types.Float64
		} else {
			e.types[s.name.text] = types.String
		}
	}
	for i := range f.slots {
		e.types[f.slots[i].name] = f.slots[i].do.typeOf(&f.slots[i])
	}
	return e
}

func (e *env) condition(w word) condition {
	program, uses := e.compile(w, expr.AsBool())
	return condition{program, uses, w.text}
}

func (e *env) computation(d draftCompute) computation {
	c := computation{slot: e.k.slotNamed(e.f, d.slot)}
	if c.slot < 0 {
		return c
	}
	switch kind := e.f.slots[c.slot].kind; kind {
	case SlotNumber, SlotAmount:
		c.program, c.uses = e.compile(d.expr, expr.AsFloat64())
	case SlotText:
		c.program, c.uses = e.compile(d.expr, expr.AsKind(reflect.String))
	default:
		e.k.fail(d.slot.position, "a slot of type %s cannot be computed: only number, amount and text can", kind)
	}
	return c
}

func (e *env) compile(w word, as expr.Option) (*vm.Program, []int) {
	if len(w.text) > maxExpr {
		e.k.fail(w.position, "this is too long: at most %d characters", maxExpr)
		return nil, nil
	}
	options := []expr.Option{expr.Env(e.types), as, expr.MaxNodes(maxNodes), expr.DisableAllBuiltins()}
	for _, name := range allowedBuiltins {
		options = append(options, expr.EnableBuiltin(name))
	}
	names := &nameChecker{e: e, at: w.position}
	program, err := expr.Compile(w.text, append(options, expr.Patch(names))...)
	if err != nil {
		e.failExpr(w, err)
		return nil, nil
	}
	return program, names.uses
}

// failExpr turns the library's message into one with the right place.
func (e *env) failExpr(w word, err error) {
	at, message := w.position, strings.SplitN(err.Error(), "\n", 2)[0]
	var detail *file.Error
	if errors.As(err, &detail) {
		message = detail.Message
		if detail.Line <= 1 {
			at.col += detail.Column
		}
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		e.k.fail(at, "there is no slot or setting %q%s", name, suggest(name, keys(e.types)))
		return
	}
	e.k.fail(at, "this cannot be worked out: %s", message)
}

// nameChecker finds comparisons of a choice with something it can never be, and
// what could run for long.
type nameChecker struct {
	e    *env
	at   position
	uses []int // slots that are mentioned
}

// Visit is called by the expression library for every part of an expression.
func (n *nameChecker) Visit(node *ast.Node) {
	n.harmless(*node)
	if name, ok := (*node).(*ast.IdentifierNode); ok {
		if i, ok := n.e.f.bySlot[name.Value]; ok && !slices.Contains(n.uses, i) {
			n.uses = append(n.uses, i)
		}
	}
	b, ok := (*node).(*ast.BinaryNode)
	if !ok || b.Operator != "==" && b.Operator != "!=" && b.Operator != "in" {
		return
	}
	for _, pair := range [2][2]ast.Node{{b.Left, b.Right}, {b.Right, b.Left}} {
		name, isName := pair[0].(*ast.IdentifierNode)
		if !isName {
			continue
		}
		sl := n.e.f.slot(name.Value)
		if sl == nil || sl.kind != SlotChoice {
			continue
		}
		for _, s := range stringsIn(pair[1]) {
			n.check(sl, s)
		}
	}
}

// harmless refuses what could run for long: loops over lists and ranges.
func (n *nameChecker) harmless(node ast.Node) {
	at := n.at
	at.col += node.Location().From
	switch x := node.(type) {
	case *ast.BuiltinNode:
		if !has(allowedBuiltins, x.Name) {
			n.e.k.fail(at, "%s() cannot be used here; there are %s", x.Name, strings.Join(allowedBuiltins, ", "))
		}
	case *ast.BinaryNode:
		if x.Operator == ".." {
			n.e.k.fail(at, "ranges with .. cannot be used here: compare with < and >")
		}
	}
}

func (n *nameChecker) check(sl *slot, s *ast.StringNode) {
	if _, ok := sl.byID[s.Value]; ok || s.Value == "" {
		return
	}
	at := n.at
	at.col += s.Location().From
	n.e.k.fail(at, "%q is no choice of slot %q%s", s.Value, sl.name, suggest(s.Value, keys(sl.byID)))
}

func stringsIn(node ast.Node) []*ast.StringNode {
	switch x := node.(type) {
	case *ast.StringNode:
		return []*ast.StringNode{x}
	case *ast.ArrayNode:
		var list []*ast.StringNode
		for _, item := range x.Nodes {
			list = append(list, stringsIn(item)...)
		}
		return list
	default:
		return nil
	}
}

// variables are the values of the names an expression mentions.
func (t *turn) variables(uses []int) map[string]any {
	if t.env == nil {
		t.env = make(map[string]any, len(uses)+len(t.c.settings))
		for name, v := range t.c.settings {
			t.env[name] = v
		}
		t.env[today] = t.in.At.In(dhaka).Format(time.DateOnly)
	}
	for _, i := range uses {
		sl := &t.f.slots[i]
		v, _ := t.s.Answer(sl.name)
		t.env[sl.name] = sl.do.valueOf(sl, v)
	}
	return t.env
}

// holds works a condition out. One that fails while running counts as false.
func (t *turn) holds(c condition) bool {
	result, err := expr.Run(c.program, t.variables(c.uses))
	yes, ok := result.(bool)
	return err == nil && ok && yes
}

// compute works slots out, each from those before it.
func (t *turn) compute(list []computation) {
	for _, c := range list {
		result, err := expr.Run(c.program, t.variables(c.uses))
		if err != nil {
			t.s.drop(t.f.slots[c.slot].name)
			continue
		}
		t.s.put(t.f.slots[c.slot].name, computed(result))
	}
}

func computed(result any) Value {
	switch x := result.(type) {
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return NumberValue(0)
		}
		return NumberValue(x)
	case string:
		return TextValue(clip(x, maxText))
	default:
		return TextValue(clip(fmt.Sprint(x), maxText))
	}
}
