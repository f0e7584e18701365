# Nagorik: what there is to do. The steps themselves are in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run build test check bench fmt lint fuzz cover clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: ## build and serve, with a database of its own when none is set
	@scripts/run.sh

build: ## build ./nagorik
	CGO_ENABLED=0 go build -trimpath -o nagorik .

test: ## the whole suite; ARGS="-run Drain ./flows/..." for a part
	@scripts/test.sh $(ARGS)

check: ## format, vet, lint, flows.yaml, then test: what CI runs
	@scripts/check.sh

bench: ## measure whole turns on this machine; ARGS="--seconds 60"
	@scripts/need.sh postgresql redis-server
	@go build -o nagorik . && exec ./nagorik bench $(ARGS)

fmt: ## format all Go files
	@scripts/gofiles.sh "$$(scripts/tools.sh gofumpt)" -w

lint: ## the linters alone
	@"$$(scripts/tools.sh golangci-lint)" run ./...

fuzz: ## every fuzz target for TIME (10s)
	@scripts/fuzz.sh $(TIME)

cover: ## the suite with coverage by function, in cover.out
	@scripts/test.sh -coverprofile=cover.out -coverpkg=./... ./...
	@go tool cover -func=cover.out | tail -n 1

clean: ## remove what was built
	rm -rf bin nagorik cover.out
