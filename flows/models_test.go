package flows

import (
	"testing"

	"nagorik/flows/intent"
)

// TestModelsAreTakenOver makes a model once from the same examples, and keeps few.
func TestModelsAreTakenOver(t *testing.T) {
	var m models
	of := func(texts ...string) *intent.Model {
		var examples []intent.Example
		for i, text := range texts {
			examples = append(examples, intent.Example{Label: []string{"a", "b"}[i%2], Text: text})
		}
		return m.model(examples)
	}
	first := of("the drain is full", "the light is out")
	if of("the drain is full", "the light is out") != first {
		t.Error("the same examples were learnt from twice")
	}
	for _, texts := range [][]string{{"the light is out", "the drain is full"}, {"the drain is ful", "lthe light is out"}, {"the drain is full"}} {
		if of(texts...) == first {
			t.Errorf("%q has the model of other examples", texts)
		}
	}
	if len(m.made) != modelsKept {
		t.Errorf("%d models are kept", len(m.made))
	}
	if of("the drain is full", "the light is out") == first {
		t.Error("one that was not used for long is still kept")
	}
}
