package flows

import (
	"github.com/expr-lang/expr/types"

	"nagorik/flows/bangla"
)

// A confirm slot shows what was collected ({summary}) and takes yes or no. No
// leads to "what to change?":
//
//	sure:
//	  type: confirm
var confirmSlot = slotKind{
	ask: "confirm", bad: "bad_confirm", example: "example_confirm",
	typeOf:  func(*slot) types.Type { return types.Bool },
	valueOf: func(_ *slot, v Value) any { return v.Yes },
	read:    readConfirm, show: showConfirm, fits: always, options: confirmOptions,
}

func readConfirm(t *turn, _ *slot) reading {
	yes, ok := t.yesOrNo()
	if !ok {
		return reading{}
	}
	if !yes {
		t.offerChange()
		return reading{result: asked, why: "no"}
	}
	return reading{result: took, value: BoolValue(true), why: "yes"}
}

// yesOrNo reads an answer to a question that has only two: 1 or yes, 2 or no, a
// thumb, a button.
func (t *turn) yesOrNo() (yes, ok bool) {
	switch {
	case t.tapped == "yes" || t.tapped == "no":
		return t.tapped == "yes", true
	case t.tapped != "":
		return false, false
	case t.in.Kind == InputOther:
		return true, t.in.Payload == PayloadSticker
	case t.in.Kind != InputText && t.in.Kind != InputChoice:
		return false, false
	}
	if n, ok := t.pick(); ok {
		return n == 1, n == 1 || n == 2
	}
	answer := bangla.YesNo(t.folded)
	return answer == bangla.Yes, answer != bangla.Unclear
}

func showConfirm(t *turn, _ *slot, v Value) string {
	if v.Yes {
		return t.c.buttons["yes"][t.lang]
	}
	return t.c.buttons["no"][t.lang]
}

func confirmOptions(t *turn, _ *slot, list []option) []option {
	st := t.state()
	return append(list,
		option{t.c.buttons["yes"][t.lang], st.payloads.yes, 1},
		option{t.c.buttons["no"][t.lang], st.payloads.no, 2})
}
