#!/usr/bin/env bash
# Builds and serves. Without a DATABASE_URL (environment or .env) the service runs a private PostgreSQL, whose programs are
# installed when missing and allowed to.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${DATABASE_URL:-}" ] && ! grep -qsE '^[[:space:]]*(export[[:space:]]+)?DATABASE_URL=' .env; then
	scripts/need.sh postgresql
fi
go build -o nagorik .
exec ./nagorik serve "$@"
