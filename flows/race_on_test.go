//go:build race

package flows

// randomDialogues of each service: the race detector makes each ten times as long. scripts/check.sh runs all of them without.
const randomDialogues = 500

// foldsHeld out of folds; the rest is held without the race detector as well.
const foldsHeld = 1
