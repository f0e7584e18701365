package handoff_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"nagorik/handoff"
)

func TestOneOfManyPublishesOverAVersion(t *testing.T) {
	r := newRecord(t)
	base, _, err := r.PublishCatalog(t.Context(), flowFile("first"), handoff.SourceBuiltIn, "", "")
	if err != nil {
		t.Fatal(err)
	}
	agent, _, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "selina@example.org", Name: "Selina", Role: handoff.RoleSupervisor})
	if err != nil {
		t.Fatal(err)
	}
	v := handoff.Viewer{AgentID: agent.ID, Role: handoff.RoleSupervisor}
	var won, lost int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			_, err := r.Publish(t.Context(), v, handoff.Publication{Files: flowFile("second"), Base: base, Note: "n"})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, handoff.ErrConflict):
				lost++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won != 1 || lost != 5 {
		t.Errorf("%d published, %d were told of somebody else", won, lost)
	}
}

func TestOnlySupervisorsWriteTheFlows(t *testing.T) {
	r := newRecord(t)
	v := handoff.Viewer{Role: handoff.RoleAgent}
	if _, err := r.Publish(t.Context(), v, handoff.Publication{Files: flowFile("x"), Note: "n"}); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("an agent publishes: %v", err)
	}
	if err := r.KeepCatalogDraft(t.Context(), v, handoff.CatalogDraft{Base: 1, Files: flowFile("x")}); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("an agent keeps a draft: %v", err)
	}
	v.Role = handoff.RoleSupervisor
	var field *handoff.FieldError
	if err := r.KeepCatalogDraft(t.Context(), v, handoff.CatalogDraft{Base: 1, Files: flowFile("x\x00" + strings.Repeat("y", 9))}); !errors.As(err, &field) {
		t.Errorf("a draft that is no text: %v", err)
	}
}
