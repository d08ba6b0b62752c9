package sandbox

import (
	"fmt"

	"groundswell/internal/day"
)

// Device is a laptop as Aldermere's device manager lists it.
type Device struct {
	Name, Email, Platform string
	AppVersion            string // "" where the desktop app is not installed
	Seen                  day.Date
	Department, Wave      string // of whoever has it
}

// lacking is how many laptops of a department do not have the app: those of the
// claims people hang on a release ring that stopped.
var lacking = map[string]int{"Claims Operations": 54, "Claims Service": 118, "Underwriting": 15, "Customer Service": 9}

var appVersions = []string{"1.4.210", "1.4.198", "1.4.198", "1.4.180"}

// Devices returns the laptops of the pilot's and wave 1's people. The
// others' follow before their wave.
func (o *Org) Devices() []Device {
	w := o.world.Load()
	var out []Device
	with := map[int]int{}
	for i := range w.people {
		p := &w.people[i]
		d := departments[p.dept]
		if p.gone != here || d.wave > 1 || i >= w.members() && !w.fixed(FixDevices) {
			continue
		}
		v := Device{
			Name: fmt.Sprintf("AL-%05d", 20000+i), Email: p.email, Platform: "windows", Seen: w.Today - 1 - day.Date(p.key%3),
			Department: d.name, Wave: waveNames[d.wave],
		}
		if p.key%4 == 0 {
			v.Platform = "macos"
		}
		if with[p.dept]++; w.installed(d, with[p.dept]) {
			v.AppVersion = appVersions[p.key%uint64(len(appVersions))]
		}
		out = append(out, v)
	}
	for i, n := range w.surplus() { // they work here, whether or not there is a seat for them
		out = append(out, Device{
			Name: fmt.Sprintf("AL-%05d", 30000+i), Email: n.email, Platform: "windows", AppVersion: appVersions[0], Seen: w.Today - 1,
			Department: surplusDept, Wave: waveNames[1],
		})
	}
	return out
}

// installed reports whether the nth laptop of a department has the app: the last ones lack it.
func (w *world) installed(d department, nth int) bool {
	size := w.scale(d.size)
	return w.fixed(FixDevices) || nth <= size-w.scaleWithin(lacking[d.name], d.size, size)
}
