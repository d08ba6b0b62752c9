// Command schema prints what migrations/schema.sql should hold. It works in
// the empty cluster that withdb starts: go run ./scripts/withdb go run ./scripts/schema
package main

import (
	"context"
	"fmt"
	"os"

	"groundswell/internal/dbtest"
	"groundswell/internal/pgembed"
	"groundswell/migrations"
)

func main() {
	pgDump, err := pgembed.Program("pg_dump")
	if err == nil {
		var schema string
		if schema, err = migrations.Dump(context.Background(), pgDump, os.Getenv(dbtest.Variable)); err == nil {
			fmt.Print(schema)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "schema:", err)
	os.Exit(1)
}
