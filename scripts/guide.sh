#!/usr/bin/env bash
# Takes the pictures of the supervisors' guide anew, in both languages, into api/console/assets: a browser goes the way that the
# guide tells. Look at them before they are committed.
set -euo pipefail
cd "$(dirname "$0")/.."
for language in bn en; do
	NAGORIK_GUIDE=$PWD/api/console/assets NAGORIK_GUIDE_LANGUAGE=$language go test -count=1 -run TestASupervisorAddsAService .
done
