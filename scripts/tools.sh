#!/usr/bin/env bash
# Prints the path of a pinned tool, after building it into bin/ the first time. The tools' own dependencies stay out of go.mod.
#
# usage: tools.sh gofumpt|golangci-lint
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
gofumpt) package=mvdan.cc/gofumpt version=v0.12.0 ;;
golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint version=v2.15.0 ;;
*)
	echo "usage: tools.sh gofumpt|golangci-lint" >&2
	exit 2
	;;
esac

tool=$PWD/bin/$1-$version
if [ ! -x "$tool" ]; then
	echo "building $1 $version" >&2
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	GOBIN=$work GOFLAGS='' CGO_ENABLED=0 go install "$package@$version" >&2
	mkdir -p bin
	mv "$work/$1" "$tool"
fi
echo "$tool"
