package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

func runToken(ctx context.Context, s settings, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: say create, list or revoke", errUsage)
	}
	what, known := map[string]func(context.Context, settings, []string) error{
		"create": createToken, "list": listTokens, "revoke": revokeToken,
	}[args[0]]
	if !known {
		return fmt.Errorf("%w: %q is not create, list or revoke", errUsage, args[0])
	}
	return what(ctx, s, args[1:])
}

// openSigned opens the program for a command whose change is audited.
func openSigned(ctx context.Context, s settings) (*app, error) {
	if len(s.secrets) == 0 {
		return nil, errNoSecret
	}
	return openApp(ctx, s, guest)
}

func createToken(ctx context.Context, s settings, args []string) error {
	f := flags("token create")
	name := f.String("name", "", "what it is for")
	role := f.String("role", "", "lead, executive or auditor")
	until := f.String("expires", "", "last day it works, such as 2027-03-31")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *name == "" || *role == "" {
		return fmt.Errorf("%w: token create needs --name and --role", errUsage)
	}
	expires, err := endOfDay(*until)
	if err != nil {
		return err
	}
	a, err := openSigned(ctx, s)
	if err != nil {
		return err
	}
	defer a.close()
	text, t, err := a.identity.CreateToken(ctx, identity.Operator(), *name, identity.Role(*role), expires, time.Now())
	if err != nil {
		return err
	}
	if _, err := fmt.Println(text); err != nil {
		return fmt.Errorf("token %d was made and could not be printed (%w); revoke it with: server token revoke %d, and make another", t.ID, err, t.ID)
	}
	fmt.Fprintf(os.Stderr, "token %d; it is shown this once\n", t.ID)
	return nil
}

// endOfDay returns the moment after the day s, nil for an empty s.
func endOfDay(s string) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	d, err := day.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: --expires %v", errUsage, err)
	}
	t := (d + 1).Time()
	return &t, nil
}

// tokenRow is a token as token list prints it.
type tokenRow struct {
	ID       int64         `json:"id"`
	Name     string        `json:"name"`
	Role     identity.Role `json:"role"`
	Created  time.Time     `json:"created_at"`
	Expires  *time.Time    `json:"expires_at"`
	LastUsed *time.Time    `json:"last_used_at"`
	Revoked  *time.Time    `json:"revoked_at"`
}

func listTokens(ctx context.Context, s settings, args []string) error {
	f := flags("token list")
	asJSON := f.Bool("json", false, "print JSON")
	if rest, err := parse(f, args); err != nil || len(rest) > 0 {
		return usageUnless(err, "token list takes no arguments")
	}
	a, err := openApp(ctx, s, guest)
	if err != nil {
		return err
	}
	defer a.close()
	tokens, err := a.identity.ListTokens(ctx, identity.Operator())
	if err != nil {
		return err
	}
	rows := make([]tokenRow, 0, len(tokens))
	for _, t := range tokens {
		rows = append(rows, tokenRow{t.ID, t.Name, t.Role, t.CreatedAt, t.ExpiresAt, t.LastUsedAt, t.RevokedAt})
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(rows)
	}
	for _, r := range rows {
		fmt.Printf("%4d  %-10s %-30s %s\n", r.ID, r.Role, r.Name, r.state(time.Now()))
	}
	return nil
}

func (r tokenRow) state(now time.Time) string {
	switch {
	case r.Revoked != nil:
		return "revoked " + day.FromTime(*r.Revoked).String()
	case r.Expires != nil && !now.Before(*r.Expires):
		return "expired " + day.FromTime(*r.Expires).String()
	case r.LastUsed != nil:
		return "last used " + day.FromTime(*r.LastUsed).String()
	}
	return "never used"
}

func revokeToken(ctx context.Context, s settings, args []string) error {
	rest, err := parse(flags("token revoke"), args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("%w: token revoke needs the number that token list shows", errUsage)
	}
	id, err := strconv.ParseInt(rest[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %q is not a token's number; token list shows them", errUsage, rest[0])
	}
	a, err := openSigned(ctx, s)
	if err != nil {
		return err
	}
	defer a.close()
	return a.identity.RevokeToken(ctx, identity.Operator(), id, time.Now())
}

func usageUnless(err error, say string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", errUsage, say)
}
