package handoff_test

import (
	"testing"

	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }
