package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"groundswell/internal/deliver"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/internal/sandbox"
	"groundswell/internal/sheet"
	"groundswell/web"
)

// demoSandbox lets the demo's visitors put right what is wrong at the invented
// organization. What was put right is kept beside the demo's database.
type demoSandbox struct {
	app  *app
	org  *sandbox.Org
	file string
	sink *deliver.Sink // nil: mail goes out
}

// keepMail puts a sink in place of the mail server and of chats, so that what the
// demo sends stays in it. With SMTP_URL mail and posts go out; then there is none.
func (a *app) keepMail() *deliver.Sink {
	a.out.org = demoOrg
	if a.smtp != nil {
		return nil
	}
	sink := &deliver.Sink{}
	a.out.mail, a.out.chat = sink, sink
	return sink
}

func fixedFile(dataDir string) string { return filepath.Join(dataDir, "demo", "fixed.json") }

// restoreFixes puts right again what was put right before a restart.
func restoreFixes(org *sandbox.Org, file string) error {
	have, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var fixed []sandbox.Fix
	if err == nil {
		err = json.Unmarshal(have, &fixed)
	}
	if err != nil {
		return fmt.Errorf("read what was put right in the sandbox: %w", err)
	}
	for _, f := range fixed {
		org.Fix(f, true)
	}
	return nil
}

// Outgoing implements web.Sandbox.
func (d *demoSandbox) Outgoing() ([]web.Outgoing, bool) {
	if d.sink == nil {
		return nil, false
	}
	var out []web.Outgoing
	for _, t := range d.sink.Taken() {
		out = append(out, outgoing(t))
	}
	return out, true
}

// OutgoingOne implements web.Sandbox.
func (d *demoSandbox) OutgoingOne(no int) (web.Outgoing, bool) {
	if d.sink == nil {
		return web.Outgoing{}, false
	}
	t, ok := d.sink.One(no)
	return outgoing(t), ok
}

// outgoing is what a sink took, as the sandbox shows it.
func outgoing(t deliver.Taken) web.Outgoing {
	o := web.Outgoing{No: t.No, At: t.At.UTC().Format("Mon 2 Jan, 15:04:05") + " UTC"}
	switch t.Format {
	case deliver.Slack:
		o.Kind, o.Subject, o.Text = "Slack", t.Note.Subject, t.Note.Text
	case deliver.Teams:
		o.Kind, o.Subject, o.Text = "Microsoft Teams", t.Note.Subject, t.Note.Text
	default:
		o.Kind, o.To, o.Subject, o.Text, o.HTML = "Mail", t.Mail.To, t.Mail.Subject, t.Mail.Text, t.Mail.HTML
		o.Headers, _, _ = strings.Cut(t.Raw, "\r\n\r\n")
	}
	return o
}

// Troubles implements web.Sandbox.
func (d *demoSandbox) Troubles() []web.Trouble {
	out := slices.Clone(troubles)
	for i := range out {
		out[i].Right = slices.Contains(d.org.Fixed(), sandbox.Fix(out[i].Key))
	}
	return out
}

var troubles = []web.Trouble{
	{Key: string(sandbox.FixSeats), Title: "138 people found no seat",
		Say:  "4,200 seats are taken, and 4,338 people are in scope. Buying 138 lets everybody arrive.",
		Page: "Seats", URL: route.Check("seats", 0)},
	{Key: string(sandbox.FixNested), Title: "187 people sit in nested groups",
		Say:  "Only direct members are provisioned. Adding them to the mapped groups gives them a role.",
		Page: "Access", URL: route.Access},
	{Key: string(sandbox.FixUnmapped), Title: "74 people are in groups without a role",
		Say:  "Giving those groups the role of their department is enough.",
		Page: "Access", URL: route.Access},
	{Key: string(sandbox.FixChatOnly), Title: "38 people have a role without Cowork",
		Say:  "Roles add up, so a second one is enough.",
		Page: "Access", URL: route.Access},
	{Key: string(sandbox.FixByHand), Title: "13 people were added by hand",
		Say:  "The identity provider does not know their accounts. Taking them over puts them into its groups.",
		Page: "Access", URL: route.Access},
	{Key: string(sandbox.FixUnknown), Title: "The roles of one group are unavailable",
		Say:  "The API answers for AL-Externals that its roles are not known for the moment. A dry run without them is not complete.",
		Page: "Access", URL: route.Access},
	{Key: string(sandbox.FixDevices), Title: "196 laptops lack the desktop app",
		Say:  "142 of wave 1 and 54 of the pilot wait in a release ring that stopped.",
		Page: "Desktop app", URL: route.Check("devices", 0)},
}

// Mend implements web.Sandbox: what the API tells is pulled again, and what the
// device manager tells is imported again.
func (d *demoSandbox) Mend(ctx context.Context, key string, right bool) error {
	f := sandbox.Fix(key)
	if !slices.Contains(sandbox.Fixes(), f) {
		return fault.New(fault.NotFound, "The sandbox has no such trouble.")
	}
	d.org.Fix(f, right)
	fixed, err := json.Marshal(d.org.Fixed())
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.file, fixed, 0o644); err != nil {
		return fmt.Errorf("keep what was put right in the sandbox: %w", err)
	}
	if f == sandbox.FixDevices {
		if err := d.app.importTable(ctx, identity.Operator(), sheet.Devices, devicesOf(d.org), time.Now()); err != nil {
			return fmt.Errorf("read the device manager's list again: %w", err)
		}
	}
	return d.app.syncNow(ctx, pull.Options{}, io.Discard)
}
