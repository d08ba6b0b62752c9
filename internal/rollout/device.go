package rollout

import (
	"context"
	"fmt"
	"io"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Device is a machine as the device manager lists it.
type Device struct {
	Name       string // its own, compared in any case
	Email      string // of whoever has it
	Platform   string
	AppVersion string   // "" where the desktop app is not installed
	SeenOn     day.Date // None: not reported
}

// Inventory is what an import of devices is compared with.
type Inventory struct {
	Devices []Device
	Known   map[string]bool // addresses of the roster and of members, earlier ones too, folded
}

// InventoryChange is what is to be kept of an import: the whole inventory, as of now.
type InventoryChange struct {
	Import  sheet.Import
	Devices []Device
}

// InventoryDifference is what an import of devices would change, or did.
type InventoryDifference struct {
	sheet.Report

	New       int                          `json:"new"`
	Unchanged int                          `json:"unchanged"`
	Kept      int                          `json:"kept"` // of the inventory, because their row cannot be used
	Changed   sheet.Listing[DeviceChanged] `json:"changed"`
	Gone      sheet.Listing[string]        `json:"gone"`    // of the inventory, but not in the file
	Strangers sheet.Listing[DeviceOwner]   `json:"unknown"` // of nobody on the roster and no member: left out
	Had       int                          `json:"-"`       // machines of the inventory so far
}

// Empty reports whether applying would change nothing but the date of the inventory.
func (d InventoryDifference) Empty() bool { return d.New+d.Changed.Count+d.Gone.Count == 0 }

// Shrinks reports whether more than half of the inventory would go.
func (d InventoryDifference) Shrinks() bool { return d.Gone.Count*2 > d.Had }

// DeviceOwner is a machine of a file and whose it is.
type DeviceOwner struct {
	Line   int    `json:"line"`
	Device string `json:"device"`
	Email  string `json:"email"`
}

// DeviceChanged is a machine that the file says something else of.
type DeviceChanged struct {
	DeviceOwner
	Fields []DeviceField `json:"fields"`
}

// DeviceField is a value before and after; "" is none.
type DeviceField struct {
	Name string `json:"name"` // of the column
	Old  string `json:"old"`
	New  string `json:"new"`
}

// InventoryKeeper keeps the inventory of devices.
type InventoryKeeper interface {
	// Inventory returns what an import of devices is compared with.
	Inventory(ctx context.Context) (Inventory, error)
	// UpdateInventory lends that to fn and keeps what it decides, all or nothing. One import runs at a time.
	UpdateInventory(ctx context.Context, now time.Time, fn func(Inventory) (InventoryChange, error)) error
}

// Devices imports the inventory of the device manager. A file is the whole of it:
// what it does not list is gone. Only rollout leads may.
type Devices struct {
	Keeper InventoryKeeper
}

// Preview tells what applying f would change, and changes nothing. A file that
// cannot be read is an Invalid or TooLarge fault; bad rows are in the difference.
func (s *Devices) Preview(ctx context.Context, by identity.Actor, f sheet.File, now time.Time) (InventoryDifference, error) {
	list, err := readDevices(by, f.Body, now)
	if err != nil {
		return InventoryDifference{}, err
	}
	have, err := s.Keeper.Inventory(ctx)
	if err != nil {
		return InventoryDifference{}, err
	}
	_, d := compareDevices(have, list)
	return d, nil
}

// Apply puts f in the place of the inventory, all or nothing, and tells what it
// changed. Bad rows refuse it without SkipBad, and so does the loss of more than
// half of the inventory without Shrink. Applying a file twice changes nothing more.
func (s *Devices) Apply(ctx context.Context, by identity.Actor, f sheet.File, o sheet.Options, now time.Time) (InventoryDifference, error) {
	list, err := readDevices(by, f.Body, now)
	if err != nil {
		return InventoryDifference{}, err
	}
	var d InventoryDifference
	err = s.Keeper.UpdateInventory(ctx, now, func(have Inventory) (c InventoryChange, err error) {
		c, d = compareDevices(have, list)
		c.Import = d.Import(sheet.Devices, f, by, o)
		c.Import.Added, c.Import.Changed = d.New, d.Changed.Count+d.Gone.Count
		c.Import.Skipped += d.Strangers.Count
		if err := o.Allows(d, d.Report); err != nil {
			return c, err
		}
		return c, d.allows(o)
	})
	return d, err
}

// ofStrangers reports whether no row of the file is of anybody who is known: a
// wrong column, or another organization's file.
func (d InventoryDifference) ofStrangers() bool {
	return d.Strangers.Count > 0 && d.New+d.Unchanged+d.Changed.Count+d.Kept == 0
}

func (d InventoryDifference) allows(o sheet.Options) error {
	if d.ofStrangers() {
		return fault.Field("file", "Nobody in this file is on the roster or a member. Nothing was changed: look at its addresses.")
	}
	if !d.Shrinks() || o.Shrink {
		return nil
	}
	return fault.Field("file", fmt.Sprintf("%s of %s would go: more than half of the inventory. Nothing was changed: hand over the whole inventory, or confirm that they are gone.",
		amount(d.Gone.Count), several(d.Had, "machine", "machines")))
}

// The columns of a file of devices.
const (
	colDevice     = "device"
	colEmail      = "email"
	colPlatform   = "platform"
	colAppVersion = "app_version"
	colLastSeen   = "last_seen"
)

// DeviceColumns are the columns of a file of devices.
func DeviceColumns() []sheet.Column {
	return []sheet.Column{
		{Name: colDevice, Required: true},
		{Name: colEmail, Required: true, Max: sheet.MaxAddress},
		{Name: colPlatform},
		{Name: colAppVersion},
		{Name: colLastSeen},
	}
}

type deviceRow struct {
	line int
	Device
}

// deviceList is a file of devices: each machine once.
type deviceList struct {
	report sheet.Report
	rows   []deviceRow
	named  map[string]bool // machines that the file names at all, folded
}

// readDevices reads a file of devices and settles what can be settled by itself.
func readDevices(by identity.Actor, r io.Reader, now time.Time) (deviceList, error) {
	if err := sheet.MayImport(by); err != nil {
		return deviceList{}, err
	}
	l := deviceList{named: map[string]bool{}}
	var rows []deviceRow
	var err error
	l.report, err = sheet.Read(r, DeviceColumns(), func(in sheet.Row) error {
		l.named[sheet.Fold(in.Cell(colDevice))] = true
		d, err := readDevice(in, now)
		if err == nil {
			rows = append(rows, deviceRow{in.Line, d})
		}
		return err
	})
	if err == nil {
		l.settle(rows)
	}
	return l, err
}

func readDevice(in sheet.Row, now time.Time) (Device, error) {
	d := Device{Name: in.Cell(colDevice), Platform: in.Cell(colPlatform), AppVersion: in.Cell(colAppVersion), SeenOn: day.None}
	if d.Name == "" {
		return d, sheet.Wrong("The device is missing.")
	}
	var err error
	if d.Email, err = sheet.Address(colEmail, in.Cell(colEmail)); err != nil {
		return d, err
	}
	if seen := in.Cell(colLastSeen); seen != "" {
		d.SeenOn, err = sheet.PastDate(seen, now)
	}
	return d, err
}

// settle keeps one row of those that say the same of a machine, and rejects those that contradict each other.
func (l *deviceList) settle(rows []deviceRow) {
	at := make(map[string][]int, len(rows))
	for i, r := range rows {
		name := sheet.Fold(r.Name)
		at[name] = append(at[name], i)
	}
	for i, r := range rows {
		same := at[sheet.Fold(r.Name)]
		if other := contradicts(rows, same, r); other > 0 {
			l.report.Reject(r.line, sheet.Wrong("%s is in line %d too, and it says something else.", r.Name, other))
			continue
		}
		if same[0] == i {
			l.rows = append(l.rows, r)
		}
	}
}

// contradicts returns the line of a row of the same machine that says something else than r, 0 when there is none.
func contradicts(rows []deviceRow, same []int, r deviceRow) int {
	for _, i := range same {
		if len(r.differs(rows[i].Device)) > 0 {
			return rows[i].line
		}
	}
	return 0
}

// differs lists what d says otherwise than was.
func (d Device) differs(was Device) []DeviceField {
	var out []DeviceField
	for _, f := range []DeviceField{
		{colEmail, sheet.Fold(was.Email), sheet.Fold(d.Email)}, {colPlatform, was.Platform, d.Platform},
		{colAppVersion, was.AppVersion, d.AppVersion}, {colLastSeen, seenText(was.SeenOn), seenText(d.SeenOn)},
	} {
		if f.Old != f.New {
			out = append(out, f)
		}
	}
	return out
}

func seenText(d day.Date) string {
	if !d.Known() {
		return ""
	}
	return d.String()
}

// compareDevices decides what a file makes of the inventory. What the file has no
// column for stays as it was.
func compareDevices(have Inventory, l deviceList) (InventoryChange, InventoryDifference) {
	var c InventoryChange
	d := InventoryDifference{Report: l.report, Had: len(have.Devices)}
	had := make(map[string]Device, len(have.Devices))
	for _, v := range have.Devices {
		had[sheet.Fold(v.Name)] = v
	}
	listed := make(map[string]bool, len(l.rows))
	for _, r := range l.rows {
		owner := DeviceOwner{r.line, r.Name, r.Email}
		if !have.Known[sheet.Fold(r.Email)] {
			d.Strangers.Add(owner)
			continue
		}
		was, known := had[sheet.Fold(r.Name)]
		listed[sheet.Fold(r.Name)] = true
		now := r.Device
		if known {
			now = l.completed(now, was)
		}
		switch fields := now.differs(was); {
		case !known:
			d.New++
		case len(fields) > 0:
			d.Changed.Add(DeviceChanged{owner, fields})
		default:
			d.Unchanged++
		}
		c.Devices = append(c.Devices, now)
	}
	bad := l.rejected()
	for _, v := range have.Devices {
		name := sheet.Fold(v.Name)
		switch {
		case listed[name]:
		case bad[name]:
			d.Kept++
			c.Devices = append(c.Devices, v)
		default:
			d.Gone.Add(v.Name)
		}
	}
	return c, d
}

// rejected returns the machines that the file names only in rows that cannot be used.
func (l *deviceList) rejected() map[string]bool {
	out := map[string]bool{}
	for name := range l.named {
		out[name] = true
	}
	for _, r := range l.rows {
		delete(out, sheet.Fold(r.Name))
	}
	return out
}

// completed fills what the file has no column for, and keeps how the machine's name was written first.
func (l *deviceList) completed(d, was Device) Device {
	d.Name = was.Name
	if !l.report.Has(colPlatform) {
		d.Platform = was.Platform
	}
	if !l.report.Has(colAppVersion) {
		d.AppVersion = was.AppVersion
	}
	if !l.report.Has(colLastSeen) {
		d.SeenOn = was.SeenOn
	}
	return d
}

// DeviceKind is how many machines of a platform have a version of the app; "" is none.
type DeviceKind struct {
	Platform, AppVersion string
	Devices              int
}

// AppLacker is somebody who has the app on no machine.
type AppLacker struct {
	Email, Key, Name, Department, Wave string
	Machines                           []string // those they have, none of them with the app
}
