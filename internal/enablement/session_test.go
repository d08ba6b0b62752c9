package enablement

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	lead  = identity.Actor{Email: "lead@example.com", Roles: []identity.Role{identity.Lead}}
	hosts = identity.Actor{Email: "ann@example.com"}
)

// later is ten days after now.
var later = day.Of(2026, time.April, 7)

func desk1() Outline {
	return Outline{Name: "Desk", Kind: OfficeHours, Starts: "15:30", Zone: "Europe/Berlin", Minutes: 60,
		Host: Host{Name: "Ann", Email: "Ann@example.com"}, Features: []Feature{}}
}

// fieldsOf returns the names of the fields that an error is about.
func fieldsOf(err error) []string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for name := range f.Fields {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func TestWhatCannotBePlanned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Outline)
		on     day.Date
		wrong  []string
	}{
		"as it should be":         {func(*Outline) {}, later, nil},
		"no name":                 {func(o *Outline) { o.Name = " " }, later, []string{"name"}},
		"a long name":             {func(o *Outline) { o.Name = strings.Repeat("ü", 121) }, later, []string{"name"}},
		"no such kind":            {func(o *Outline) { o.Kind = "webinar" }, later, []string{"kind"}},
		"whose department":        {func(o *Outline) { o.Kind = Department }, later, []string{"department"}},
		"no time":                 {func(o *Outline) { o.Starts = "" }, later, []string{"starts"}},
		"half a time":             {func(o *Outline) { o.Starts = "15:3" }, later, []string{"starts"}},
		"hour 24":                 {func(o *Outline) { o.Starts = "24:00" }, later, []string{"starts"}},
		"no such zone":            {func(o *Outline) { o.Zone = "Europe/Atlantis" }, later, []string{"zone"}},
		"this machine's zone":     {func(o *Outline) { o.Zone = "Local" }, later, []string{"zone"}},
		"no minutes":              {func(o *Outline) { o.Minutes = 0 }, later, []string{"minutes"}},
		"a day and a minute":      {func(o *Outline) { o.Minutes = 1441 }, later, []string{"minutes"}},
		"a script for a link":     {func(o *Outline) { o.Link = "javascript:alert(1)" }, later, []string{"link"}},
		"a path for a link":       {func(o *Outline) { o.Link = "/rooms/2" }, later, []string{"link"}},
		"credentials in the link": {func(o *Outline) { o.Link = "https://ann:secret@meet.example.com/" }, later, []string{"link"}},
		"a user in the link":      {func(o *Outline) { o.Link = "https://ann@meet.example.com/" }, later, []string{"link"}},
		"a host who has no mail":  {func(o *Outline) { o.Host.Email = "ann" }, later, []string{"host_email"}},
		"nobody fits in":          {func(o *Outline) { o.Capacity = number(0) }, later, []string{"capacity"}},
		"fewer than nobody":       {func(o *Outline) { o.Capacity = number(-3) }, later, []string{"capacity"}},
		"a novel":                 {func(o *Outline) { o.About = strings.Repeat("a", 2001) }, later, []string{"about"}},
		"no day":                  {func(*Outline) {}, day.None, []string{"day"}},
		"yesterday":               {func(*Outline) {}, day.FromTime(now) - 1, []string{"day"}},
		"this morning":            {func(o *Outline) { o.Starts = "09:59" }, day.FromTime(now), []string{"day"}},
		"this afternoon":          {func(o *Outline) { o.Starts = "10:01" }, day.FromTime(now), nil},
		"in three years":          {func(*Outline) {}, day.FromTime(now) + 1000, []string{"day"}},
		"an hour clocks skip":     {func(o *Outline) { o.Starts = "02:30" }, day.FromTime(now) + 1, []string{"starts"}},
		"several at once":         {func(o *Outline) { o.Name, o.Minutes = "", 1 }, later, []string{"minutes", "name"}},
	} {
		o := desk1()
		c.change(&o)
		_, err := plan(lead, o, c.on, now)
		if got := fieldsOf(err); !slices.Equal(got, c.wrong) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %v", name, got, c.wrong)
		}
	}
}

func TestWhoChangesASession(t *testing.T) {
	stranger := identity.Actor{Email: "bo@example.com", Roles: []identity.Role{identity.Champion}}
	for name, c := range map[string]struct {
		by     identity.Actor
		change func(*Outline)
		day    day.Date
		kind   fault.Kind // "" for fine
	}{
		"lead, everything":    {lead, func(o *Outline) { o.Name, o.Starts, o.Kind = "Help", "09:00", UserGroup }, later + 1, ""},
		"host, place":         {hosts, func(o *Outline) { o.Place, o.Link, o.About = "Here", "https://x.example.com", "Bring work" }, later, ""},
		"host, features":      {hosts, func(o *Outline) { o.Features = []Feature{Chrome} }, later, ""},
		"host, day":           {hosts, func(*Outline) {}, later + 1, fault.Forbidden},
		"host, time":          {hosts, func(o *Outline) { o.Starts = "16:00" }, later, fault.Forbidden},
		"host, another host":  {hosts, func(o *Outline) { o.Host.Email = "bo@example.com" }, later, fault.Forbidden},
		"host, capacity":      {hosts, func(o *Outline) { o.Capacity = number(9) }, later, fault.Forbidden},
		"somebody else":       {stranger, func(o *Outline) { o.Place = "Here" }, later, fault.Forbidden},
		"nobody":              {identity.Actor{}, func(o *Outline) { o.Place = "Here" }, later, fault.Forbidden},
		"lead, no seats left": {lead, func(o *Outline) { o.Capacity = number(3) }, later, fault.Invalid},
		"lead, as many seats": {lead, func(o *Outline) { o.Capacity = number(4) }, later, ""},
		"lead, into the past": {lead, func(*Outline) {}, day.FromTime(now) - 1, fault.Invalid},
	} {
		p := Planned{Outline: desk1(), Day: later, SignedUp: 4}
		o := desk1()
		c.change(&o)
		err := p.change(c.by, o, c.day, now)
		if c.kind == "" && err != nil || c.kind != "" && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsDoneBeforeAndAfter(t *testing.T) {
	begins := Planned{Outline: desk1(), Day: later}.Begins()
	before, during, after := begins.Add(-time.Minute), begins, begins.Add(time.Hour)
	moved := desk1()
	moved.Starts = "16:00"
	place := desk1()
	place.Place = "Here"
	for name, c := range map[string]struct {
		do                    func(*Planned, time.Time) error
		before, during, after bool // it may be done
	}{
		"move":    {func(p *Planned, now time.Time) error { return p.change(lead, moved, later+1, now) }, true, false, false},
		"place":   {func(p *Planned, now time.Time) error { return p.change(hosts, place, later, now) }, true, true, true},
		"cancel":  {func(p *Planned, now time.Time) error { return p.cancel(lead, "Ill", now) }, true, false, false},
		"cover":   {func(p *Planned, now time.Time) error { return p.cover(hosts, []Feature{Chrome}, now) }, false, false, true},
		"restore": {func(p *Planned, now time.Time) error { p.CancelledAt = before; return p.restore(lead, now) }, true, false, false},
	} {
		for at, want := range map[time.Time]bool{before: c.before, during: c.during, after: c.after} {
			p := Planned{Outline: desk1(), Day: later}
			if err := c.do(&p, at); (err == nil) != want {
				t.Errorf("%s at %s: %v", name, at, err)
			}
		}
	}
	p := Planned{Outline: desk1(), Day: later, FromFile: true}
	for name, err := range map[string]error{
		"change": p.change(lead, place, later, now), "cancel": p.cancel(lead, "Ill", now), "restore": p.restore(lead, now),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s of a session that a file knows: %v", name, err)
		}
	}
	if err := p.cover(lead, []Feature{Chrome, Chrome, "gossip", FileAccess}, now); err != nil || !slices.Equal(p.Features, []Feature{FileAccess, Chrome}) {
		t.Errorf("%v %v", err, p.Features)
	}
}

// Whoever plans a wall time gets that wall time, on that day, in that zone, the
// first time clocks show it; where they skip it, nobody can plan it.
func TestBeginsShowsTheWallTime(t *testing.T) {
	names := []string{"Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		on := day.Date(rapid.IntRange(int(day.Of(2000, 1, 1)), int(day.Of(2037, 12, 31))).Draw(t, "day"))
		minutes := rapid.IntRange(0, 24*60-1).Draw(t, "minutes")
		name := rapid.SampledFrom(names).Draw(t, "zone")
		wall := on.Time().Add(time.Duration(minutes) * time.Minute)
		at, exact := moment(on, wall.Format("15:04"), name)
		const layout = "2006-01-02 15:04"
		if exact != (at.Format(layout) == wall.Format(layout)) {
			t.Fatalf("%s in %s is %s, exact %v", wall.Format(layout), name, at, exact)
		}
		for back := 15 * time.Minute; back <= 26*time.Hour; back += 15 * time.Minute {
			if at.Add(-back).Format(layout) == wall.Format(layout) {
				t.Fatalf("%s in %s is %s, but clocks showed it %s before", wall.Format(layout), name, at, back)
			}
		}
	})
}

func TestClocksThatChange(t *testing.T) {
	for _, c := range []struct {
		on           day.Date
		starts, zone string
		want         string // UTC
		exact        bool
	}{
		{day.Of(2026, 3, 28), "02:30", "Europe/Berlin", "2026-03-28 01:30", true},
		{day.Of(2026, 3, 29), "02:30", "Europe/Berlin", "2026-03-29 01:30", false},
		{day.Of(2026, 3, 29), "03:00", "Europe/Berlin", "2026-03-29 01:00", true},
		{day.Of(2026, 10, 25), "02:30", "Europe/Berlin", "2026-10-25 00:30", true},
		{day.Of(2026, 10, 25), "03:00", "Europe/Berlin", "2026-10-25 02:00", true},
		{day.Of(2026, 3, 8), "02:15", "America/New_York", "2026-03-08 07:15", false},
		{day.Of(2026, 11, 1), "01:15", "America/New_York", "2026-11-01 05:15", true},
		{day.Of(2011, 12, 29), "10:00", "Pacific/Apia", "2011-12-29 20:00", true},
		{day.Of(2011, 12, 30), "10:00", "Pacific/Apia", "2011-12-30 20:00", false}, // there was no such day
		{day.Of(2011, 12, 31), "10:00", "Pacific/Apia", "2011-12-30 20:00", true},
	} {
		at, exact := moment(c.on, c.starts, c.zone)
		if got := at.UTC().Format("2006-01-02 15:04"); got != c.want || exact != c.exact {
			t.Errorf("%s %s in %s is %s, exact %v", c.on, c.starts, c.zone, got, exact)
		}
	}
}

func TestSeats(t *testing.T) {
	for _, c := range []struct {
		capacity     *int
		signed, left int
	}{{nil, 9, -1}, {number(10), 4, 6}, {number(10), 10, 0}, {number(10), 13, 0}, {number(1), 0, 1}} {
		p := Planned{Outline: Outline{Capacity: c.capacity}, SignedUp: c.signed}
		left := p.SeatsLeft()
		if (left == nil) != (c.left < 0) || left != nil && *left != c.left {
			t.Errorf("%+v: %v", c, left)
		}
	}
}
