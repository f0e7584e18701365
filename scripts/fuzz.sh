#!/usr/bin/env bash
# Runs every fuzz target for a while, one after the other. A failure leaves its input in the package's testdata/fuzz: commit
# it with the remedy.
#
# usage: fuzz.sh [TIME]   (of each target; default 10s)
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-10s}
go list -f '{{.Dir}}' ./... | while read -r dir; do
	{ grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go 2>/dev/null || true; } | sed 's/^func //' | while read -r target; do
		echo "== ${dir#"$PWD"/} $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" </dev/null
	done
done
