package main

import (
	"context"
	"fmt"
	"time"

	"groundswell/internal/identity"
)

func runUser(ctx context.Context, s settings, args []string) error {
	f := flags("user")
	department := f.String("department", "", "department of a champion")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 3 || rest[0] != "grant" {
		return fmt.Errorf("%w: say user grant EMAIL ROLE", errUsage)
	}
	a, err := openSigned(ctx, s)
	if err != nil {
		return err
	}
	defer a.close()
	g := identity.Grant{Role: identity.Role(rest[2]), Department: *department, Origin: identity.FromPerson}
	_, err = a.identity.GrantEmail(ctx, identity.Operator(), rest[1], g, time.Now())
	return err
}
