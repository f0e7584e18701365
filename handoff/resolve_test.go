package handoff_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestResolvingWithAPhoto(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r := newRecord(t)
	rahima := r.agent("rahima@city.example", handoff.RoleAgent, []string{"drainage"}, nil)
	other := r.agent("other@city.example", handoff.RoleAgent, []string{"waste"}, nil)
	n, _ := r.spot("drainage", "School Road", 5, 0, 0)
	r.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, n)
	needs := func(flow string) bool { return flow == "drainage" }
	shown := []string{strings.Repeat("a", 64), strings.Repeat("b", 64)}
	var wrong *handoff.FieldError
	_, err := r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: "done", NeedsPhoto: needs})
	if !errors.As(err, &wrong) || wrong.Field != "photo" {
		t.Errorf("without a photo: %v", err)
	}
	if _, err := r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: " ", Photos: shown, NeedsPhoto: needs}); !errors.As(err, &wrong) || wrong.Field != "note" {
		t.Errorf("without a word: %v", err)
	}
	if _, err := r.ResolveCase(ctx, other, n, handoff.Resolution{Note: "done", Photos: shown, NeedsPhoto: needs}); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("another team's: %v", err)
	}
	many := slices.Repeat(shown, handoff.MostAfter)
	if _, err := r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: "done", Photos: many}); !errors.As(err, &wrong) || wrong.Field != "photo" {
		t.Errorf("with %d photos: %v", len(many), err)
	}
	if k, err := r.Case(ctx, all, n); err != nil || len(k.Photos) != 0 || k.Status != handoff.CaseInProgress {
		t.Fatalf("what was refused has changed it: %+v %v", k, err)
	}
	k, err := r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: "done", Photos: shown, NeedsPhoto: needs})
	if err != nil || k.Status != handoff.CaseResolved || len(k.Photos) != 2 || !k.Photos[0].After || k.Photos[0].Status != "kept" || k.Photos[0].SHA256 != shown[0] {
		t.Fatalf("resolved: %+v %v", k, err)
	}
	if n := r.told(n, "resolved"); n != 1 {
		t.Errorf("%d are told", n)
	}
	if _, err := r.Photo(ctx, rahima, k.Photos[0].ID); err != nil {
		t.Errorf("who sees the case does not see its photo: %v", err)
	}
	if _, err := r.Photo(ctx, other, k.Photos[0].ID); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("another team sees the photo: %v", err)
	}
	if _, err := r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: "again", Photos: shown, NeedsPhoto: needs}); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
}
