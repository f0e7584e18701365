#!/usr/bin/env bash
# Everything that must hold before a change is taken, the quick things first; what CI runs.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '== %s\n' "$*"; }

step format
unformatted=$(scripts/gofiles.sh "$(scripts/tools.sh gofumpt)" -l)
if [ -n "$unformatted" ]; then
	printf 'not formatted (make fmt does it):\n%s\n' "$unformatted" >&2
	exit 1
fi

step go.mod
go mod tidy -diff

step vet
go vet ./...

step lint
"$(scripts/tools.sh golangci-lint)" run ./...

step 'bundled script'
scripts/assets.sh check

step flows.yaml
go run . check flows.yaml

step 'random dialogues and k-fold' # without the race detector, which tries a part of them
go test -run 'TestRandomDialogues|TestKFold' ./flows

step test
exec scripts/test.sh
