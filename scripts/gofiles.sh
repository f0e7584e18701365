#!/usr/bin/env bash
# Runs a command on all of the project's Go files: those git knows or would, or in an unpacked archive all but packages' own.
#
# usage: gofiles.sh COMMAND...
set -euo pipefail
cd "$(dirname "$0")/.."

list() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard -- '*.go' | while IFS= read -r -d '' file; do
			[ ! -e "$file" ] || printf '%s\0' "$file" # a deleted file is listed until that is committed
		done
	else
		find . -name node_modules -prune -o -name '*.go' -print0
	fi
}
list | xargs -0 "$@"
