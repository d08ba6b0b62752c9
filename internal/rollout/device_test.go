package rollout

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// shelf keeps an inventory in memory.
type shelf struct {
	Devices []Device
	Known   map[string]bool
}

// Inventory implements InventoryKeeper.
func (s *shelf) Inventory(context.Context) (Inventory, error) {
	return Inventory{Devices: s.Devices, Known: s.Known}, nil
}

// UpdateInventory implements InventoryKeeper.
func (s *shelf) UpdateInventory(_ context.Context, _ time.Time, fn func(Inventory) (InventoryChange, error)) error {
	c, err := fn(Inventory{Devices: s.Devices, Known: s.Known})
	if err == nil {
		s.Devices = c.Devices
	}
	return err
}

// knownPeople are p0@example.com to p9@example.com.
func knownPeople() map[string]bool {
	out := map[string]bool{}
	for i := range 10 {
		out[fmt.Sprintf("p%d@example.com", i)] = true
	}
	return out
}

func applied(t *testing.T, s *shelf, o sheet.Options, file string) (InventoryDifference, error) {
	t.Helper()
	svc := Devices{Keeper: s}
	before, err := svc.Preview(t.Context(), identity.Operator(), sheet.File{Body: strings.NewReader(file)}, noon)
	if err != nil {
		return before, err
	}
	d, err := svc.Apply(t.Context(), identity.Operator(), sheet.File{Body: strings.NewReader(file)}, o, noon)
	if diff := cmp.Diff(before, d); diff != "" {
		t.Errorf("applying does something else than was shown:\n%s", diff)
	}
	return d, err
}

func TestAnInventoryTakesThePlaceOfTheLast(t *testing.T) {
	s := &shelf{Known: knownPeople()}
	d, err := applied(t, s, sheet.Options{}, "device,email,platform,app_version,last_seen\n"+
		"LT-1,p1@example.com,windows,1.4,2026-11-18\nLT-2,P2@example.com,macos,,\nLT-3,p3@example.com,,1.3,2026-11-17\nLT-4,who@example.com,windows,1.4,\n")
	if err != nil || d.New != 3 || d.Strangers.Count != 1 || d.Strangers.Items[0] != (DeviceOwner{5, "LT-4", "who@example.com"}) {
		t.Fatalf("%+v %v", d, err)
	}
	want := []Device{
		{"LT-1", "p1@example.com", "windows", "1.4", thursday - 1}, {"LT-2", "P2@example.com", "macos", "", day.None}, {"LT-3", "p3@example.com", "", "1.3", thursday - 2},
	}
	if diff := cmp.Diff(want, s.Devices); diff != "" {
		t.Error(diff)
	}
	d, err = applied(t, s, sheet.Options{}, "email,device,app_version\np1@example.com,lt-1,1.5\np9@example.com,LT-2,\n")
	if err != nil || d.Changed.Count != 2 || d.Gone.Count != 1 || d.Gone.Items[0] != "LT-3" || d.Unchanged != 0 {
		t.Fatalf("%+v %v", d, err)
	}
	want = []Device{{"LT-1", "p1@example.com", "windows", "1.5", thursday - 1}, {"LT-2", "p9@example.com", "macos", "", day.None}}
	if diff := cmp.Diff(want, s.Devices); diff != "" {
		t.Errorf("what the file has no column for did not stay:\n%s", diff)
	}
	if d, err := applied(t, s, sheet.Options{}, "email,device,app_version\np1@example.com,lt-1,1.5\np9@example.com,LT-2,\n"); err != nil || !d.Empty() || d.Unchanged != 2 {
		t.Errorf("imported twice: %+v %v", d, err)
	}
}

func TestHalfAnInventoryIsRefused(t *testing.T) {
	s := &shelf{Known: knownPeople()}
	var all strings.Builder
	all.WriteString("device,email\n")
	for i := range 10 {
		fmt.Fprintf(&all, "LT-%d,p%d@example.com\n", i, i)
	}
	if _, err := applied(t, s, sheet.Options{}, all.String()); err != nil {
		t.Fatal(err)
	}
	few := "device,email\nLT-0,p0@example.com\nLT-1,p1@example.com\nLT-2,p2@example.com\nLT-3,p3@example.com\n"
	d, err := applied(t, s, sheet.Options{}, few)
	if !fault.Is(err, fault.Invalid) || !d.Shrinks() || len(s.Devices) != 10 || !strings.Contains(err.Error(), "6 of 10 machines would go") {
		t.Errorf("six of ten go: %v, %d are left", err, len(s.Devices))
	}
	if _, err := applied(t, s, sheet.Options{}, few+"LT-4,p4@example.com\n"); err != nil || len(s.Devices) != 5 {
		t.Errorf("half of them go: %v, %d are left", err, len(s.Devices))
	}
	if _, err := applied(t, s, sheet.Options{Shrink: true}, "device,email\nLT-0,p0@example.com\n"); err != nil || len(s.Devices) != 1 {
		t.Errorf("confirmed: %v, %d are left", err, len(s.Devices))
	}
	for _, confirmed := range []bool{false, true} {
		if _, err := applied(t, s, sheet.Options{Shrink: confirmed}, "device,email\nLT-0,nobody@example.com\n"); !fault.Is(err, fault.Invalid) || len(s.Devices) != 1 {
			t.Errorf("a file of strangers alone, confirmed %v: %v, %d are left", confirmed, err, len(s.Devices))
		}
	}
}

func TestRowsOfDevicesThatCannotBeUsed(t *testing.T) {
	for row, want := range map[string]string{
		",p1@example.com,,,":                            "The device is missing.",
		"LT-1,,,,":                                      "The email is missing.",
		"LT-1,p1,,,":                                    "“p1” is no email address.",
		"LT-1,p1@example.com,,,2026-12-24":              "2026-12-24 lies in the future.",
		"LT-1,p1@example.com,,,soon":                    "“soon” is no date: write 2026-03-28.",
		"LT-1,=cmd()@example.com,,,":                    "“=cmd()@example.com” is no email address.",
		strings.Repeat("x", 201) + ",p1@example.com,,,": "",
	} {
		s := &shelf{Known: knownPeople(), Devices: []Device{{Name: "LT-1", Email: "p1@example.com", AppVersion: "1.4", SeenOn: day.None}}}
		d, err := applied(t, s, sheet.Options{SkipBad: true}, "device,email,platform,app_version,last_seen\n"+row+"\nLT-2,p2@example.com,,,\n")
		if err != nil && want != "" && !strings.HasPrefix(row, ",") || d.Bad != 1 || want != "" && d.Problems.Items[0].Say != want {
			t.Errorf("%q: %v %+v", row, err, d.Problems)
		}
		if strings.HasPrefix(row, "LT-1") && (d.Kept != 1 || len(s.Devices) != 2) {
			t.Errorf("%q: a row that cannot be used takes the machine away: %+v", row, s.Devices)
		}
	}
	s := &shelf{Known: knownPeople()}
	d, err := applied(t, s, sheet.Options{}, "device,email,app_version\nLT-1,p1@example.com,1\nlt-1,p1@example.com,2\nLT-2,p2@example.com,1\nLT-2,p2@example.com,1\n")
	if !fault.Is(err, fault.Invalid) || d.Bad != 2 || d.New != 1 || !strings.Contains(d.Problems.Items[0].Say, "in line 3 too") {
		t.Errorf("machines that contradict themselves: %+v %v", d, err)
	}
	if _, err := applied(t, s, sheet.Options{}, "device,email,app_version\n=HYPERLINK(),p1@example.com,+1\n"); err != nil || s.Devices[0].Name != "=HYPERLINK()" {
		t.Errorf("a cell that looks like a formula is text: %+v %v", s.Devices, err)
	}
}

func TestFilesThatAreNoInventory(t *testing.T) {
	for name, file := range map[string]string{
		"empty": "", "no rows": "device,email\n", "no column": "machine,email\nLT-1,p1@example.com\n", "binary": "PK\x03\x04\x00\x00\x00", "zeros": "device,email\n\x00\x00\x00\n",
	} {
		s := &shelf{Known: knownPeople()}
		if _, err := applied(t, s, sheet.Options{}, file); !fault.Is(err, fault.Invalid) || len(s.Devices) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	svc := Devices{Keeper: &shelf{}}
	for _, role := range []identity.Role{identity.Owner, identity.Champion, identity.Executive, identity.Auditor} {
		by := identity.Actor{Account: 1, Roles: []identity.Role{role}}
		if _, err := svc.Preview(t.Context(), by, sheet.File{Body: strings.NewReader("device,email\n")}, noon); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s previews: %v", role, err)
		}
	}
}

func FuzzDevices(f *testing.F) {
	for _, s := range []string{
		"device,email,platform,app_version,last_seen\nLT-1,p1@example.com,windows,1.4,2026-11-18\nlt-1,p1@example.com,windows,1.4,2026-11-18\n",
		"device,email\n\"LT\n1\",p1@example.com\n,\n", "email;device\n", "device,email\nLT-1,p1@example.com\nLT-1,p2@example.com\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := readDevices(identity.Operator(), strings.NewReader(text), noon)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("a file ends in %v", err)
			}
			return
		}
		c, d := compareDevices(Inventory{Known: knownPeople()}, l)
		if d.New != len(c.Devices) || d.New+d.Strangers.Count > d.Rows {
			t.Fatalf("%+v of %d devices", d, len(c.Devices))
		}
		if _, again := compareDevices(Inventory{Known: knownPeople(), Devices: c.Devices}, l); !again.Empty() {
			t.Fatalf("imported twice, it changes more: %+v", again)
		}
	})
}
