package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

var today = day.Of(2026, 11, 19)

// naive reads a person's outcome the plain way: every permission of every role of every group.
func naive(d *Directory, p Person) (Outcome, Grant) {
	if p.Role != "user" && p.Role != "managed" {
		return Keeps, Grant{true, true}
	}
	var g Grant
	unknown := false
	for _, at := range p.Groups {
		group := d.Groups[at]
		if !group.RolesKnown {
			unknown = true
			continue
		}
		for _, perm := range d.Permissions {
			listed := slices.ContainsFunc(d.Roles, func(r Role) bool { return r.ID == perm.RoleID })
			if !listed || !slices.Contains(group.RoleIDs, perm.RoleID) || perm.Resource != "organization" {
				continue
			}
			switch perm.Action {
			case "cowork", "capability_cowork":
				g.Cowork = true
			case "chat", "capability_chat":
				g.Chat = true
			case "capability_access_all", "capability_access_all_ga":
				g.Cowork, g.Chat = true, true
			}
		}
	}
	if g.Cowork {
		return Keeps, g
	}
	if unknown {
		return NotKnown, g
	}
	next := day.Never
	for _, w := range d.Waves {
		if w.Opens.Known() && w.Opens > today {
			next = min(next, w.Opens)
		}
	}
	for _, w := range d.Waves {
		if w.ID == p.Wave && w.Opens.Known() && (w.Opens <= today || w.Opens == next) {
			return Surprise, g
		}
	}
	return Planned, g
}

// directories draws organizations: overlapping groups, linked and unknown roles, blanket grants.
func directories(t *rapid.T) *Directory {
	d := &Directory{Through: today - 1, Departments: []Place{{ID: 1, Name: "Claims"}, {ID: 2, Name: "Legal"}}}
	for i := range rapid.IntRange(0, 4).Draw(t, "waves") {
		opens := rapid.SampledFrom([]day.Date{day.None, today - 20, today, today + 1, today + 12, today + 40}).Draw(t, "opens")
		d.Waves = append(d.Waves, Place{int32(i + 1), fmt.Sprintf("Wave %d", i), opens})
	}
	roles := []string{"r0", "r1", "r2", "r3", "linked"}
	for _, id := range roles {
		if id != "linked" {
			d.Roles = append(d.Roles, Role{ID: id, Name: id})
		}
		for range rapid.IntRange(0, 3).Draw(t, "permissions") {
			d.Permissions = append(d.Permissions, Permission{
				RoleID: id, Resource: rapid.SampledFrom([]string{"organization", "organization", "connector"}).Draw(t, "resource"),
				Action: rapid.SampledFrom([]string{"chat", "cowork", "capability_chat", "capability_cowork", "capability_access_all", "capability_access_all_ga", "use"}).Draw(t, "action"),
			})
		}
	}
	for i := range rapid.IntRange(0, 7).Draw(t, "groups") {
		d.Groups = append(d.Groups, Group{
			ID: fmt.Sprintf("g%d", i), Name: fmt.Sprintf("AL-%s-%d", rapid.SampledFrom([]string{"Claims", "Legal"}).Draw(t, "of"), i),
			SourceType: rapid.SampledFrom([]string{"scim", "scim", "direct"}).Draw(t, "source"),
			RolesKnown: rapid.IntRange(0, 9).Draw(t, "known") > 0,
			RoleIDs:    rapid.SliceOfNDistinct(rapid.SampledFrom(roles), 0, 2, rapid.ID).Draw(t, "roles"),
		})
	}
	for i := range rapid.IntRange(0, 30).Draw(t, "people") {
		p := Person{
			Member: int32(i), Role: rapid.SampledFrom([]string{"user", "user", "user", "managed", "owner", "billing"}).Draw(t, "role"),
			Department: rapid.Int32Range(0, 2).Draw(t, "department"), Wave: rapid.Int32Range(0, 4).Draw(t, "wave"),
			LastActive: rapid.SampledFrom([]day.Date{day.None, today - 1, today - 7, today - 8, today - 30}).Draw(t, "last"),
		}
		if len(d.Groups) > 0 {
			p.Groups = rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(len(d.Groups)-1)), 0, 4, rapid.ID).Draw(t, "in")
			slices.Sort(p.Groups)
		}
		d.People = append(d.People, p)
	}
	return d
}

// TestTheDryRunIsThePlainReading compares everybody's outcome with a plain reading, and the numbers with the list.
func TestTheDryRunIsThePlainReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		run, fates := DryRun(d, today)
		count := map[Outcome]int{}
		causes, nothing, active := map[Cause]int{}, 0, 0
		for i, f := range fates {
			outcome, grant := naive(d, d.People[i])
			if f.Outcome != outcome || f.Grant != grant {
				t.Fatalf("member %d: %s with %+v, want %s with %+v", f.Member, f.Outcome, f.Grant, outcome, grant)
			}
			if f.Cause.Valid() != (outcome == Surprise) {
				t.Fatalf("member %d, %s, has cause %q", f.Member, outcome, f.Cause)
			}
			count[outcome]++
			if outcome == Surprise {
				causes[f.Cause]++
				if last := f.LastActive; last >= today-7 {
					active++
				}
			}
			if outcome != NotKnown && !grant.Chat && !grant.Cowork {
				nothing++
			}
		}
		got := map[Outcome]int{Keeps: run.Keeps, Surprise: run.Surprise, Planned: run.Planned, NotKnown: run.NotKnown}
		for _, o := range Outcomes() {
			if got[o] != count[o] {
				t.Fatalf("%d %s, want %d", got[o], o, count[o])
			}
		}
		if run.Nothing != nothing || run.Active != active || run.Chat+run.Empty != run.Surprise {
			t.Fatalf("%d with nothing, %d active, %d+%d of %d", run.Nothing, run.Active, run.Chat, run.Empty, run.Surprise)
		}
		sum := 0
		for _, c := range run.Causes {
			sum += c.People
			if c.People != causes[c.Cause] || c.Say() == "" || c.Cause.Title() == "" {
				t.Fatalf("%d %s, want %d: %q", c.People, c.Cause, causes[c.Cause], c.Say())
			}
			groups := 0
			for _, g := range c.Groups {
				groups += g.People
			}
			if groups != c.People {
				t.Fatalf("the groups of %s hold %d of %d people", c.Cause, groups, c.People)
			}
		}
		if sum != run.Surprise || total(causes) != sum {
			t.Fatalf("causes explain %d of %d people", sum, run.Surprise)
		}
		if run.Clean() && (run.Surprise > 0 || run.NotKnown > 0 || len(run.Expected) == 0) {
			t.Fatalf("taken for clean: %+v", run)
		}
	})
}

// TestCausesMeanWhatTheySay checks each cause against the groups of whoever has it.
func TestCausesMeanWhatTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		_, fates := DryRun(d, today)
		for i, f := range fates {
			var provisioned, bare, mapped bool
			for _, at := range d.People[i].Groups {
				g := d.Groups[at]
				provisioned = provisioned || g.SourceType == "scim"
				bare = bare || g.SourceType == "scim" && len(g.RoleIDs) == 0
				mapped = mapped || len(g.RoleIDs) > 0
			}
			wrong := false
			switch f.Cause {
			case Nested:
				wrong = !bare || !mapped || f.Beside < 0 || !newCauses(d).gives(f.Beside) || d.Groups[f.Group].Mapped()
			case Unmapped:
				wrong = mapped
			case RoleLacks:
				wrong = !mapped || f.Group < 0 || !d.Groups[f.Group].Mapped()
			case ByHand:
				wrong = mapped || provisioned
			}
			if wrong {
				t.Fatalf("member %d is taken for %s: %+v", f.Member, f.Cause, f)
			}
		}
	})
}

// TestFixingACauseHelpsThoseAndHarmsNobody puts everybody of one cause into a group that gives Cowork.
func TestFixingACauseHelpsThoseAndHarmsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		before, fates := DryRun(d, today)
		if before.Surprise == 0 {
			return
		}
		fixed := rapid.SampledFrom(before.Causes).Draw(t, "fixed")
		d.Roles = append(d.Roles, Role{ID: "fix"})
		d.Permissions = append(d.Permissions, Permission{RoleID: "fix", Action: "cowork", Resource: "organization"})
		d.Groups = append(d.Groups, Group{ID: "fix", Name: "Fix", SourceType: "scim", RolesKnown: true, RoleIDs: []string{"fix"}})
		for i, f := range fates {
			if f.Cause == fixed.Cause {
				d.People[i].Groups = append(d.People[i].Groups, int32(len(d.Groups)-1))
			}
		}
		after, now := DryRun(d, today)
		if after.Surprise != before.Surprise-fixed.People {
			t.Fatalf("%d by surprise, %d of them fixed, leave %d", before.Surprise, fixed.People, after.Surprise)
		}
		change := Compare(today.Time(), fates, now)
		if change.Newly() != 0 || change.NoLonger() != fixed.People || change.Over[fixed.Cause] != fixed.People || change.Before != before.Surprise {
			t.Fatalf("the change is %+v, want %d no longer", change, fixed.People)
		}
	})
}

// TestMoreRolesTakeNothingAway adds a role to a group, or a person to one.
func TestMoreRolesTakeNothingAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		if len(d.Groups) == 0 || len(d.People) == 0 {
			return
		}
		_, before := DryRun(d, today)
		g := rapid.IntRange(0, len(d.Groups)-1).Draw(t, "group")
		d.Groups[g].RoleIDs = append(slices.Clone(d.Groups[g].RoleIDs), rapid.SampledFrom([]string{"r0", "r1", "r2", "r3", "linked"}).Draw(t, "role"))
		_, after := DryRun(d, today)
		for i, f := range after {
			was := before[i]
			if was.Cowork && !f.Cowork || was.Chat && !f.Chat || was.Outcome != Surprise && f.Outcome == Surprise {
				t.Fatalf("member %d had %+v and has %+v", f.Member, was, f)
			}
		}
	})
}

// TestExplanationsAddUp compares why somebody has something with what the run says they have.
func TestExplanationsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		_, fates := DryRun(d, today)
		for i, f := range fates {
			w := Explain(d, d.People[i])
			if w.Grant != f.Grant || w.Bound != f.Bound || len(w.Groups) != len(d.People[i].Groups) {
				t.Fatalf("member %d: %+v is explained as %+v", f.Member, f, w)
			}
			for _, g := range w.Groups {
				for _, r := range g.Roles {
					if r.Listed != (r.ID != "linked") || !r.Listed && r.Grant != (Grant{}) {
						t.Fatalf("role %s: %+v", r.ID, r)
					}
				}
			}
		}
	})
}

// TestRollsAndSnapshotsReadBack writes and reads what is kept.
func TestRollsAndSnapshotsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := directories(t)
		_, fates := DryRun(d, today)
		roll := RollOf(d, fates)
		text, err := roll.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var read Roll
		if err := read.UnmarshalJSON(text); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(read.Fates, fates) || !slices.Equal(read.Groups, roll.Groups) {
			t.Fatalf("written %+v\nread %+v", roll, read)
		}
		back := readBack(t, d)
		_, again := DryRun(back, today)
		for i, f := range fates {
			if again[i].Grant != f.Grant || again[i].Bound != f.Bound {
				t.Fatalf("member %d has %+v, and %+v after reading the snapshot", i, f, again[i])
			}
		}
	})
}

// readBack takes d through a snapshot's file.
func readBack(t *rapid.T, d *Directory) *Directory {
	c := Contents{}
	for i, p := range d.People {
		c.Members = append(c.Members, SnapshotMember{UserID: fmt.Sprint(i), Role: p.Role})
	}
	for i, g := range d.Groups {
		s := SnapshotGroup{ID: g.ID, Name: g.Name, SourceType: g.SourceType}
		if g.RolesKnown {
			s.RoleIDs = append([]string{}, g.RoleIDs...)
		}
		for n, p := range d.People {
			if slices.Contains(p.Groups, int32(i)) {
				s.Members = append(s.Members, fmt.Sprint(n))
			}
		}
		c.Groups = append(c.Groups, s)
	}
	for _, r := range d.Roles {
		s := SnapshotRole{ID: r.ID, Name: r.Name}
		for _, p := range d.Permissions {
			if p.RoleID == r.ID {
				s.Permissions = append(s.Permissions, SnapshotPermission{p.Action, p.Resource, p.ResourceID})
			}
		}
		c.Roles = append(c.Roles, s)
	}
	text, err := c.Write()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadSnapshot(text)
	if err != nil {
		t.Fatal(err)
	}
	return read.Directory()
}

func TestSnapshotsOfAnotherShapeAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":          "members",
		"another format":   `{"format":"groundswell-access/2"}`,
		"unknown fields":   `{"format":"groundswell-access/1","plan":[]}`,
		"a stranger":       `{"format":"groundswell-access/1","members":[{"user_id":"a"}],"groups":[{"id":"g","members":["b"]}]}`,
		"nothing whatever": "",
	} {
		if _, err := ReadSnapshot([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "read a snapshot") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
