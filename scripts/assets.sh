#!/usr/bin/env bash
# Bundles the console's scripts from api/console/script and the packages of the lock file into api/console/assets: console.js for
# every page, flows.js for the editor of the services, figures.js
# for what happens in them. The bundles are committed: nobody needs Node to build or run the service.
#
# usage: assets.sh            makes the bundles anew
#        assets.sh check      fails when a committed bundle is another than these sources give
#        assets.sh packages   only installs the packages, for the tests that need them
set -euo pipefail
cd "$(dirname "$0")/.."

esbuild=github.com/evanw/esbuild/cmd/esbuild@v0.28.2 # a Go program; not in go.mod
committed=api/console/assets
bundles=(console.js flows.js figures.js)

packages() {
	scripts/need.sh npm
	if [ ! -e api/console/node_modules/.package-lock.json ] || [ api/console/package-lock.json -nt api/console/node_modules/.package-lock.json ]; then
		(cd api/console && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
	fi
}

# bundle FOLDER: the same bytes on every machine.
bundle() {
	GOFLAGS='' go run "$esbuild" "${bundles[@]/#/api/console/script/}" --bundle --minify --format=iife --target=es2020 --charset=utf8 \
		--legal-comments=none --log-level=warning --outdir="$1"
}

case ${1:-} in
packages) packages ;;
'')
	packages
	bundle "$committed"
	;;
check)
	packages
	made=$(mktemp -d)
	trap 'rm -rf "$made"' EXIT
	bundle "$made"
	for name in "${bundles[@]}"; do
		if ! cmp "$made/$name" "$committed/$name"; then
			echo "the committed $name is not what its sources give: run scripts/assets.sh and commit it" >&2
			exit 1
		fi
	done
	;;
*)
	echo "usage: assets.sh [check|packages]" >&2
	exit 2
	;;
esac
