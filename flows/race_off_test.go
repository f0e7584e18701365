//go:build !race

package flows

// randomDialogues of each service.
const randomDialogues = 10_000

// foldsHeld out of folds.
const foldsHeld = folds
