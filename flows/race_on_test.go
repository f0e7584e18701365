//go:build race

package flows

// randomDialogues of each service: the race detector makes each ten times as long. scripts/check.sh runs all of them without.
const randomDialogues = 500
