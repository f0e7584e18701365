#!/usr/bin/env bash
# Runs the whole suite against a real PostgreSQL, Redis and browser; see scripts/suite.
#
# usage: test.sh [go test arguments]   (default: ./...)
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh gcc postgresql redis-server chromium kannel nodejs npm
go build -o bin/suite ./scripts/suite
exec bin/suite "$@"
