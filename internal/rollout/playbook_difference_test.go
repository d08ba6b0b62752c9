package rollout

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

func answersFor(b Playbook) Answers {
	return Answers{Playbook: b.Key, Organization: "Aldermere", Architecture: SingleOrganization, Reason: "One provider.",
		Install: InstallManaged, TimeZone: "Europe/London"}
}

func threeWaves() []people.Wave {
	opens := func(d day.Date) *day.Date { return &d }
	return []people.Wave{
		{ID: 1, Name: "Pilot", OpensOn: opens(day.Of(2026, time.November, 2))},
		{ID: 2, Name: "Wave 1", OpensOn: opens(day.Of(2026, time.December, 1))},
		{ID: 3, Name: "Wave 2"},
	}
}

// planOf makes a plan of a playbook as if it had been kept: ids from 1.
func planOf(b Playbook) *Plan {
	waves := threeWaves()
	departments := []people.Department{{ID: 1, Name: "Claims", Wave: 2}}
	p := &Plan{Waves: waves, Departments: departments, Tasks: Build(b, answersFor(b), waves, departments)}
	p.Rollout = Rollout{Organization: "Aldermere", Playbook: b.Key, PlaybookVersion: b.Version, Architecture: SingleOrganization,
		Install: InstallManaged, TimeZone: "Europe/London", StartedAt: time.Unix(1, 0)}
	for _, r := range b.Roles {
		p.Roles = append(p.Roles, Role{Key: r.Key, Name: r.Name})
	}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		t.ID = -t.ID
		t.WaitsFor = slices.Clone(t.WaitsFor)
		for j := range t.WaitsFor {
			t.WaitsFor[j] = -t.WaitsFor[j]
		}
	}
	p.Arrange()
	return p
}

func parsed(t interface{ Fatal(...any) }, text string) Playbook {
	b, err := ParsePlaybook(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDifferenceOfTheSamePlaybookIsEmpty(t *testing.T) {
	for _, b := range Playbooks() {
		if d := Difference(planOf(b), b); !d.Empty() || len(d.Steps) > 0 {
			t.Errorf("%s differs from itself: %+v", b.Key, d.Steps)
		}
	}
}

func TestDifferenceTellsAndTakes(t *testing.T) {
	old := parsed(t, book(step("a"), step("b", "waits_for: [a]"), step("gone"), step("c", "per: wave", "offset: -5")))
	newer := parsed(t, strings.Replace(book(strings.Replace(step("a"), "title: T", "title: Better", 1),
		step("b", "waits_for: [new]"), step("new", "waits_for: [a]"), step("c", "per: wave", "offset: -10")), `version: "1"`, `version: "2"`, 1))
	p := planOf(old)
	d := Difference(p, newer)
	var keys []string
	for _, s := range d.Steps {
		keys = append(keys, s.Key)
	}
	if !slices.Equal(keys, []string{"a", "b", "new", "c", "gone"}) || d.From != "1" || d.To != "2" {
		t.Fatalf("%v from %s to %s", keys, d.From, d.To)
	}
	if f := d.Steps[0].Fields[0]; f.Name != "title" || f.Old != "T" || f.New != "Better" {
		t.Errorf("%+v", f)
	}
	if c := d.Steps[3]; c.Changed != 3 || c.Fields[0].New != "10 days before the launch" {
		t.Errorf("%+v", c)
	}
	taken, err := d.Take(p, []string{"b", "new", "gone"})
	if err != nil || len(taken.Added) != 1 || len(taken.Changed) != 2 {
		t.Fatalf("%+v %v", taken, err)
	}
	if b := taken.Changed[0]; b.Key != "b" || !slices.Equal(b.WaitsFor, []TaskID{taken.Added[0].ID}) {
		t.Errorf("b waits for %v", b.WaitsFor)
	}
	if g := taken.Changed[1]; g.State != NotNeeded || !strings.Contains(g.Reason, "version 2") {
		t.Errorf("%+v", g)
	}
	alone, err := d.Take(p, []string{"b"})
	if err != nil || len(alone.Changed[0].WaitsFor) != 0 {
		t.Errorf("b waits for what was not taken: %+v %v", alone, err)
	}
}

func TestTakeRefusesACircleWithEditedWaits(t *testing.T) {
	p := planOf(parsed(t, book(step("a"), step("b"))))
	p.Tasks[0].WaitsFor, p.Tasks[0].Edited = []TaskID{p.Tasks[1].ID}, []string{"waits_for"}
	d := Difference(p, parsed(t, book(step("a"), step("b", "waits_for: [a]"))))
	if _, err := d.Take(p, []string{"b"}); err == nil || !strings.Contains(err.Error(), "wait for each other") {
		t.Errorf("a circle was taken: %v", err)
	}
}

// Whatever is chosen: settled work is never touched, an edited field keeps its
// value, and what nobody chose stays as it is.
func TestTakeNeverForces(t *testing.T) {
	cowork, _ := PlaybookNamed("claude-cowork")
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(cowork)
		for i := range p.Tasks {
			task := &p.Tasks[i]
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				task.State, task.DoneAt = Done, time.Unix(1, 0)
			case 1:
				task.Title, task.Edited = "Mine", []string{"title"}
			case 2:
				task.DueSet, task.Due = true, day.Of(2026, time.July, 1)
			}
		}
		newer := rewritten(t, cowork)
		var choices []string
		for _, s := range Difference(p, newer).Steps {
			if rapid.Bool().Draw(t, "choose "+s.Key) {
				choices = append(choices, s.Key)
			}
		}
		before := slices.Clone(p.Tasks)
		taken, err := Difference(p, newer).Take(p, choices)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, p.Tasks) {
			t.Fatal("the plan itself was changed")
		}
		for _, to := range taken.Changed {
			was, _ := p.Task(to.ID)
			switch {
			case was.State.Settled():
				t.Fatalf("settled task %s was changed", was.Key)
			case !slices.Contains(choices, was.Key):
				t.Fatalf("%s was changed and not chosen", was.Key)
			case slices.Contains(was.Edited, "title") && to.Title != "Mine":
				t.Fatalf("the edited title of %s became %q", was.Key, to.Title)
			case was.DueSet && to.Due != was.Due:
				t.Fatalf("the day of %s, set by hand, moved", was.Key)
			}
		}
	})
}

// rewritten returns a playbook with some titles and offsets changed and some steps gone.
func rewritten(t *rapid.T, b Playbook) Playbook {
	out := b
	out.Version = "next"
	out.Phases = slices.Clone(b.Phases)
	for i := range out.Phases {
		out.Phases[i].Sections = slices.Clone(out.Phases[i].Sections)
		for j := range out.Phases[i].Sections {
			section := &out.Phases[i].Sections[j]
			section.Steps = slices.Clone(section.Steps)
			for k := range section.Steps {
				switch s := &section.Steps[k]; rapid.IntRange(0, 3).Draw(t, s.ID) {
				case 0:
					s.Title += " now"
				case 1:
					s.Offset -= 3
				}
			}
			if n := len(section.Steps); n > 1 && rapid.Bool().Draw(t, "drop") {
				section.Steps = section.Steps[:n-1]
			}
		}
	}
	return out
}
