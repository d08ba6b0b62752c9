# make help lists what there is. The two that matter: make run, make test.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A checkout that git does not trust (another owner, a container) builds all the same.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

TOOL := go tool -modfile=tools/go.mod
# The terminal's Ctrl-C reaches the program itself: recipes exec it.
BUILD := CGO_ENABLED=0 go build -trimpath -o bin/server ./cmd/server

.PHONY: help run demo dev check test bench generate db schema

help: ## this list
	@echo "Groundswell"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' $(MAKEFILE_LIST) | awk -F ' - ' '{printf "%-16s%s\n", $$1, $$2}'

run: ## the demo on this machine: a made-up organization, three weeks into its pilot
	@scripts/need postgres || echo "going on: the program will try to download Postgres" >&2
	@$(BUILD)
	@exec ./bin/server demo

demo: run ## the same as run

dev: ## the product itself on this machine, with its own database under .data/dev
	@scripts/need postgres
	@$(BUILD)
	@mkdir -p .data/dev
	@test -s .data/dev.key || (umask 077 && head -c 32 /dev/urandom | base64 > .data/dev.key)
	@GROUNDSWELL_SECRET_KEY="$${GROUNDSWELL_SECRET_KEY:-$$(cat .data/dev.key)}" GROUNDSWELL_DATA_DIR=.data/dev \
		GROUNDSWELL_LOG=debug exec ./bin/server serve

test: ## all tests, with a Postgres and a browser of their own
	@scripts/need postgres chromium
	go run ./scripts/withdb go test -timeout 20m ./...

check: ## format, vet, lint, tidy; generated code and schema.sql current; imports and links right
	@scripts/need postgres
	@echo "gofmt"; files=$$(gofmt -l .); test -z "$$files" || { echo "not formatted: $$files" >&2; exit 1; }
	@echo "templ fmt"; for d in views web; do $(TOOL) templ fmt -fail -log-level=error $$d || exit 1; done
	@echo "generated code"; scripts/generated
	@echo "assets"; go run -C tools ./icons -check && go run -C tools ./assets -check
	@echo "vet"; go vet ./... && go -C tools vet ./...
	@echo "staticcheck"; $(TOOL) staticcheck ./...
	@echo "tidy"; go mod tidy -diff && go -C tools mod tidy -diff
	@echo "imports, links, deployment files"; go test -count=1 . ./docs ./scripts
	@echo "schema.sql"; go run ./scripts/withdb go test -count=1 -run TestSchemaFileIsCurrent ./migrations

bench: ## landing and page speed beside their floors, and telemetry, in one run
	@scripts/need postgres
	go run ./scripts/bench

generate: ## everything that is generated: templ code, icons, assets
	for d in views web; do $(TOOL) templ fmt $$d || exit 1; done
	$(TOOL) templ generate
	go run -C tools ./icons
	go run -C tools ./assets

schema: ## write migrations/schema.sql
	@scripts/need postgres
	@go run ./scripts/withdb go run ./scripts/schema > migrations/schema.sql.new
	@mv migrations/schema.sql.new migrations/schema.sql

db: ## a psql prompt on the database of make dev
	@scripts/need postgres
	@mkdir -p .data/dev
	@go run ./scripts/withdb -dir .data/dev sh -c 'exec psql "$$DATABASE_URL"'
