package rollout

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

// began is Wed 2 December 2026, noon in London.
var began = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

var (
	ines      = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	danaActs  = identity.Actor{Account: 2, Name: "Dana", Email: "Dana@Example.com", Roles: []identity.Role{identity.Owner}}
	tomas     = identity.Actor{Account: 3, Name: "Tomas", Email: "tomas@example.com", Roles: []identity.Role{identity.Champion}}
	helenActs = identity.Actor{Account: 4, Name: "Helen", Email: "helen@example.com", Roles: []identity.Role{identity.Executive}}
	priya     = identity.Actor{Account: 5, Name: "Priya", Email: "priya@example.com", Roles: []identity.Role{identity.Auditor}}
	danaOwner = Person{Name: "Dana", Email: "dana@example.com"}
)

// running is a plan of these tasks; ids count from 1 where none is given.
func running(tasks ...Task) *Plan {
	p := &Plan{
		Rollout:  Rollout{TimeZone: "Europe/London", StartedAt: began, Playbook: "try", Version: 1},
		Roles:    []Role{{Key: "it", Name: "IT", Holder: danaOwner}, {Key: "free", Name: "Nobody yet"}},
		Waves:    []people.Wave{{ID: 1, Name: "Wave 1", OpensOn: opens(day.Of(2026, 12, 10))}},
		Attested: map[TaskID]Attestation{}, Proofs: map[TaskID][]Proof{}, Results: map[CheckRef]Result{},
	}
	for i, t := range tasks {
		if t.ID == 0 {
			t.ID = TaskID(i + 1)
		}
		if t.Title == "" {
			t.Title = "Task " + number(int(t.ID))
		}
		if t.Scope == "" {
			t.Scope = PerOrganization
		}
		if t.State == "" {
			t.State = Open
		}
		if t.Evidence.Kind == "" {
			t.Evidence.Kind = ByAttestation
		}
		t.Key, t.Phase, t.Section, t.Version, t.Days = "step-"+number(int(t.ID)), "setup", "First", 1, 1
		t.Position = 10 * (i + 1)
		p.Tasks = append(p.Tasks, t)
	}
	p.Arrange()
	return p
}

var byCheck = Evidence{Kind: ByCheck, Check: CheckSeats}

func result(o Outcome, age time.Duration) map[CheckRef]Result {
	r := Result{CheckRef: CheckRef{Check: CheckSeats}, Outcome: o, Say: "138 people have no seat.", Short: "138 short", AsOf: began.Add(-age), RanAt: began}
	return map[CheckRef]Result{r.CheckRef: r}
}

func TestSetState(t *testing.T) {
	for name, tc := range map[string]struct {
		task    Task
		others  []Task
		to      NewState
		results map[CheckRef]Result
		proofs  int
		says    string // "" when it is done
		words   bool   // an attestation is kept
	}{
		"begin":                        {to: NewState{To: Doing}},
		"begin while waiting":          {task: Task{WaitsFor: []TaskID{2}}, others: []Task{{}}, to: NewState{To: Doing}},
		"begin what was reopened":      {task: Task{State: Reopened}, to: NewState{To: Doing}},
		"begin what is done":           {task: Task{State: Done}, to: NewState{To: Doing}, says: "Reopen the task first"},
		"put back":                     {task: Task{State: Doing}, to: NewState{To: Open}},
		"done while waiting":           {task: Task{WaitsFor: []TaskID{2}}, others: []Task{{Title: "Seats"}}, to: NewState{To: Done, Words: "x"}, says: "It waits for “Seats”."},
		"done once nothing is open":    {task: Task{WaitsFor: []TaskID{2, 3}}, others: []Task{{State: Done}, {State: NotNeeded}}, to: NewState{To: Done, Words: "Seen it."}, words: true},
		"done without words":           {to: NewState{To: Done, Words: "  "}, says: "Say what you vouch for."},
		"done by check that fails":     {task: Task{Evidence: byCheck}, results: result(Fails, 0), to: NewState{To: Done, Words: "I know better."}, says: "138 people have no seat."},
		"done by check that holds":     {task: Task{Evidence: byCheck}, results: result(Holds, 0), to: NewState{To: Done}},
		"done by check without result": {task: Task{Evidence: byCheck}, to: NewState{To: Done}, says: "There is no signal yet."},
		"done by words for a check":    {task: Task{Evidence: byCheck}, results: result(NoneYet, 0), to: NewState{To: Done, Words: "Seen it."}, words: true},
		"done without proof":           {task: Task{Evidence: Evidence{Kind: ByProof}}, to: NewState{To: Done, Words: "x"}, says: "Add a link or a file"},
		"done with proof":              {task: Task{Evidence: Evidence{Kind: ByProof}}, proofs: 1, to: NewState{To: Done}},
		"done what is not needed":      {task: Task{State: NotNeeded}, to: NewState{To: Done, Words: "x"}, says: "Reopen the task first"},
		"not needed without reason":    {to: NewState{To: NotNeeded}, says: "Say why it is not needed."},
		"not needed":                   {to: NewState{To: NotNeeded, Reason: "We have no proxy."}},
		"reopen without reason":        {task: Task{State: Done}, to: NewState{To: Reopened}, says: "Say why it is reopened."},
		"reopen":                       {task: Task{State: Done}, to: NewState{To: Reopened, Reason: "It broke."}},
		"reopen what is open":          {to: NewState{To: Reopened, Reason: "x"}, says: "Only what is done"},
		"gate done":                    {task: Task{Gate: GateRoles}, to: NewState{To: Done, Words: "x"}, says: "A gate is opened and passed"},
		"gate not needed":              {task: Task{Gate: GateRoles}, to: NewState{To: NotNeeded, Reason: "x"}, says: "A gate is opened and passed"},
		"no state":                     {to: NewState{To: "finished"}, says: "Choose a state."},
		"a state that only shows":      {to: NewState{To: Waiting}, says: "Choose a state."},
		"a version of before":          {to: NewState{To: Doing, Version: 7}, says: "Somebody else changed"},
		"too many words":               {to: NewState{To: Done, Words: strings.Repeat("a", longText+1)}, says: "at most"},
		"words that cannot be kept":    {to: NewState{To: Done, Words: "a\x00b"}, says: "cannot be kept"},
	} {
		t.Run(name, func(t *testing.T) {
			p := running(append([]Task{tc.task}, tc.others...)...)
			if tc.results != nil {
				p.Results = tc.results
			}
			for range tc.proofs {
				p.Proofs[1] = append(p.Proofs[1], Proof{Task: 1, Name: "Wiki"})
			}
			tc.to.Task = 1
			c, err := setState(p, acting{ines, began}, tc.to)
			switch {
			case tc.says != "" && (err == nil || !strings.Contains(fault.Say(err), tc.says) || !c.Empty()):
				t.Fatalf("%v, kept %+v", err, c)
			case tc.says == "" && (err != nil || len(c.Tasks) != 1 || len(c.Activities) == 0 || len(c.Events) == 0):
				t.Fatalf("%v, kept %+v", err, c)
			case tc.says != "":
				return
			}
			got := c.Tasks[0]
			if got.State != tc.to.To || (got.State == Done) != got.DoneAt.Equal(began) || (got.State == Done) != (got.DoneBy == "Ines") {
				t.Errorf("%+v", got)
			}
			if (len(c.Attested) == 1) != tc.words {
				t.Errorf("attested: %+v", c.Attested)
			}
			if (got.State == NotNeeded || got.State == Reopened) != (got.Reason != "") {
				t.Errorf("reason %q of %s", got.Reason, got.State)
			}
		})
	}
}

func TestAWordHoldsAsLongAsTheTaskSays(t *testing.T) {
	for _, tc := range []struct {
		evidence Evidence
		want     day.Date
	}{
		{Evidence{Kind: ByAttestation}, day.Never},
		{Evidence{Kind: ByAttestation, HoldsDays: 90}, day.Of(2027, 3, 2)},
		{byCheck, day.Of(2027, 1, 1)},
	} {
		c, err := attest(running(Task{Evidence: tc.evidence}), acting{ines, began}, 1, "Seen it.", 1)
		if err != nil || len(c.Attested) != 1 || c.Attested[0].HoldsTo != tc.want {
			t.Errorf("%+v: %+v, %v", tc.evidence, c.Attested, err)
		}
	}
	p := running(Task{Evidence: byCheck})
	p.Results = result(Fails, 0)
	if _, err := attest(p, acting{ines, began}, 1, "I know better.", 1); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "138") {
		t.Errorf("against a signal: %v", err)
	}
}

func TestEvidence(t *testing.T) {
	word := Attestation{By: danaOwner, At: began, HoldsTo: day.Of(2026, 12, 2), Words: "Seen it."}
	for name, tc := range map[string]struct {
		evidence Evidence
		results  map[CheckRef]Result
		word     bool
		proof    bool
		later    time.Duration
		want     Standing
		short    string
	}{
		"holds":                     {evidence: byCheck, results: result(Holds, time.Hour), want: StandsVerified, short: "138 short"},
		"holds, but is old":         {evidence: byCheck, results: result(Holds, staleAfter+time.Second), want: StandsStale, short: "138 short"},
		"fails":                     {evidence: byCheck, results: result(Fails, 0), want: StandsFailing, short: "138 short"},
		"fails, against a word":     {evidence: byCheck, results: result(Fails, 0), word: true, want: StandsFailing, short: "138 short"},
		"fails, and is old":         {evidence: byCheck, results: result(Fails, 99*time.Hour), want: StandsFailing, short: "138 short"},
		"never ran":                 {evidence: byCheck, want: StandsNoneYet, short: "No signal yet"},
		"nothing to judge by":       {evidence: byCheck, results: result(NoneYet, 0), want: StandsNoneYet, short: "138 short"},
		"a word, without a signal":  {evidence: byCheck, results: result(NoneYet, 0), word: true, want: StandsAttested, short: "Holds to Wed 2 Dec"},
		"a word":                    {word: true, want: StandsAttested, short: "Holds to Wed 2 Dec"},
		"a word on its last day":    {word: true, later: 11*time.Hour + 59*time.Minute, want: StandsAttested, short: "Holds to Wed 2 Dec"},
		"a word the day after":      {word: true, later: 12 * time.Hour, want: StandsStale, short: "Held to Wed 2 Dec"},
		"no word":                   {want: StandsNoneYet, short: "Not attested"},
		"a proof":                   {evidence: Evidence{Kind: ByProof}, proof: true, want: StandsAttested, short: "Wiki"},
		"no proof":                  {evidence: Evidence{Kind: ByProof}, want: StandsNoneYet, short: "No proof yet"},
		"a proof where a word goes": {proof: true, want: StandsNoneYet, short: "Not attested"},
	} {
		p := running(Task{Evidence: tc.evidence})
		p.Results = tc.results
		if tc.word {
			p.Attested[1] = word
		}
		if tc.proof {
			p.Proofs[1] = []Proof{{Name: "Wiki", By: danaOwner, At: began}}
		}
		if got := p.Evidence(p.Tasks[0], began.Add(tc.later)); got.Standing != tc.want || got.Short != tc.short {
			t.Errorf("%s: %s, %q", name, got.Standing, got.Short)
		}
	}
}

// TestTheWaveSpeaksForItself reads the check of the task's wave, and that of everyone where there is none.
func TestTheWaveSpeaksForItself(t *testing.T) {
	p := running(Task{Scope: PerWave, Wave: 1, Evidence: byCheck}, Task{Scope: PerWave, Wave: 2, Evidence: byCheck})
	p.Results = result(Fails, 0)
	own := Result{CheckRef: CheckRef{Check: CheckSeats, Wave: 1}, Outcome: Holds, AsOf: began}
	p.Results[own.CheckRef] = own
	if a, b := p.Evidence(p.Tasks[0], began).Standing, p.Evidence(p.Tasks[1], began).Standing; a != StandsVerified || b != StandsFailing {
		t.Errorf("%s, %s", a, b)
	}
}

// TestNoSequenceSettlesWhatWaits turns tasks of any plan into any states in any
// order: nothing is ever done while what it waits for is open at that moment, no
// gate moves, and a failing check is never overruled.
func TestNoSequenceSettlesWhatWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		for i := range p.Tasks {
			p.Tasks[i].State = Open
		}
		p.Proofs, p.Attested, p.Results = map[TaskID][]Proof{}, map[TaskID]Attestation{}, result(Fails, 0)
		for range rapid.IntRange(1, 40).Draw(t, "turns") {
			task := rapid.SampledFrom(p.Tasks).Draw(t, "task")
			to := NewState{Task: task.ID, To: rapid.SampledFrom([]State{Open, Doing, Done, Reopened, NotNeeded}).Draw(t, "to"), Reason: "r", Words: "w"}
			c, err := setState(p, acting{ines, began}, to)
			if err != nil || c.Empty() {
				continue
			}
			switch open := p.Unsettled(task); {
			case to.To == Done && len(open) > 0:
				t.Fatalf("%s is done while %s are open", task.Title, titles(open))
			case task.Gate != "":
				t.Fatalf("gate %s became %s", task.Title, to.To)
			case to.To == Done && task.Evidence.Check == CheckSeats:
				t.Fatalf("%s is done against a signal", task.Title)
			}
			p.Tasks[p.place(task.ID)] = c.Tasks[0]
		}
	})
}

func TestWhoMayChangeATask(t *testing.T) {
	tasks := []Task{{Role: "it"}, {Owner: Person{Email: "TOMAS@example.com"}}, {Role: "free"}, {Owner: Person{Name: "Max", Email: "max@example.com"}}}
	for _, tc := range []struct {
		by   identity.Actor
		want []fault.Kind // by task; "" may
	}{
		{ines, []fault.Kind{"", "", "", ""}},
		{danaActs, []fault.Kind{"", fault.Forbidden, fault.Forbidden, fault.Forbidden}},
		{tomas, []fault.Kind{fault.NotFound, "", fault.NotFound, fault.NotFound}},
		{helenActs, []fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound}},
		{priya, []fault.Kind{fault.Forbidden, fault.Forbidden, fault.Forbidden, fault.Forbidden}},
		{identity.Actor{}, []fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound}},
		{identity.Actor{Roles: []identity.Role{identity.Owner}}, []fault.Kind{fault.Forbidden, fault.Forbidden, fault.Forbidden, fault.Forbidden}},
	} {
		p := running(tasks...)
		for i, want := range tc.want {
			for name, rule := range map[string]func() (Change, error){
				"state": func() (Change, error) {
					return setState(p, acting{tc.by, began}, NewState{Task: TaskID(i + 1), To: Doing})
				},
				"attest": func() (Change, error) { return attest(p, acting{tc.by, began}, TaskID(i+1), "Seen it.", 1) },
				"note":   func() (Change, error) { return note(p, acting{tc.by, began}, TaskID(i+1), "Called.") },
				"link": func() (Change, error) {
					return addLink(p, acting{tc.by, began}, TaskID(i+1), "", "https://wiki.example.com")
				},
				"due": func() (Change, error) {
					return setDues(p, acting{tc.by, began}, []TaskRef{{ID: TaskID(i + 1)}}, day.Of(2027, 1, 4))
				},
				"edit": func() (Change, error) {
					return edit(p, acting{tc.by, began}, TaskRef{ID: TaskID(i + 1)}, Edit{Title: "Other", Days: 1})
				},
			} {
				_, err := rule()
				if want == "" && err != nil || want != "" && !fault.Is(err, want) {
					t.Errorf("%s, %s of task %d: %v", tc.by.Name, name, i+1, err)
				}
			}
		}
	}
}

// TestOnlyLeadsShapeThePlan tries what changes more than one task.
func TestOnlyLeadsShapeThePlan(t *testing.T) {
	p := running(Task{Owner: danaOwner}, Task{Owner: Person{Email: "tomas@example.com"}})
	for _, by := range []identity.Actor{danaActs, tomas, helenActs, priya, {}} {
		a := acting{by, began}
		for name, err := range map[string]error{
			"add":      fails(add(p, a, NewTask{Edit: Edit{Title: "T", Days: 1}, Phase: "setup", Section: "S"})),
			"split":    fails(split(p, a, TaskRef{ID: 1}, []string{"A", "B"})),
			"reorder":  fails(reorder(p, a, TaskRef{ID: 1}, Place{Beside: 2})),
			"remove":   fails(remove(p, a, TaskRef{ID: 1})),
			"launches": fails(moveLaunches(p, a, nil, 1)),
			"holders":  fails(setHolders(p, a, nil, 1)),
			"calendar": fails(setCalendar(p, a, "UTC", Calendar{}, 1)),
			"grow":     fails(grow(p, a)),
			"start":    fails(start(&Plan{}, a, Answers{})),
		} {
			want := fault.NotFound
			if ReadsPlan(by) {
				want = fault.Forbidden
			}
			if !fault.Is(err, want) {
				t.Errorf("%s by %q: %v", name, by.Name, err)
			}
		}
	}
}

func fails(_ Change, err error) error { return err }

// A typing mistake in a year would draw a timeline of centuries.
func TestLaunchesAreWithinReach(t *testing.T) {
	p := running(Task{})
	for on, ok := range map[day.Date]bool{
		day.Of(1999, 12, 31): false, day.Of(2020, 1, 1): true, day.Of(2100, 1, 1): true, day.Of(9999, 12, 31): false,
	} {
		_, err := OpenWave(p, ines, 1, &on, began)
		if (err == nil) != ok {
			t.Errorf("the wave opens on %s: %v", on, err)
		}
		if err := CheckLaunches([]Launch{{Name: "Pilot", On: on}}); (err == nil) != ok {
			t.Errorf("a launch on %s: %v", on, err)
		}
	}
}

func TestAFormSentTwiceAddsOneTask(t *testing.T) {
	p := running(Task{Title: "Book a room", State: Done}, Task{})
	n := NewTask{Edit: Edit{Title: "Book a room", Days: 1}, Phase: "setup", Section: "First"}
	c, err := add(p, acting{ines, began}, n)
	if err != nil {
		t.Fatalf("another one beside what is done: %v", err)
	}
	c.New[0].ID = 3
	p.Tasks = append(p.Tasks, c.New...)
	if _, err := add(p, acting{ines, began}, n); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same twice: %v", err)
	}
	n.Scope, n.Wave = PerWave, 1
	if _, err := add(p, acting{ines, began}, n); err != nil {
		t.Errorf("the same for a wave: %v", err)
	}
}

// A condition of a gate ends by a reason that everybody can read, not by an edit.
func TestAGateKeepsWhatItWaitsFor(t *testing.T) {
	p := running(Task{}, Task{}, Task{Gate: GateSSO, Owner: danaOwner, WaitsFor: []TaskID{1, 2}})
	p.Tasks[1].Key = ""
	words := Edit{Title: "Enforce single sign-on", Days: 1}
	for _, by := range []identity.Actor{ines, danaActs} {
		for _, waits := range [][]TaskID{nil, {1}, {2}} {
			words.WaitsFor = waits
			if _, err := edit(p, acting{by, began}, TaskRef{ID: 3}, words); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s leaves %v to wait for: %v", by.Name, waits, err)
			}
		}
		words.WaitsFor = []TaskID{2, 1}
		if c, err := edit(p, acting{by, began}, TaskRef{ID: 3}, words); err != nil || len(c.Tasks) != 1 {
			t.Errorf("%s may not change the words: %v", by.Name, err)
		}
	}
	if _, err := remove(p, acting{ines, began}, TaskRef{ID: 2}); !fault.Is(err, fault.Invalid) {
		t.Errorf("what a gate waits for is taken away: %v", err)
	}
}

func TestAssign(t *testing.T) {
	tasks := []Task{{Role: "free"}, {Role: "it"}}
	me := Assignment{Person: Person{Name: "Dana", Email: "dana@example.com"}}
	for name, tc := range map[string]struct {
		by   identity.Actor
		refs []TaskRef
		to   Assignment
		want fault.Kind
		kept int
	}{
		"all by a lead":              {ines, []TaskRef{{1, 1}, {2, 1}}, Assignment{Person: Person{Name: "Max", Email: "max@example.com"}}, "", 2},
		"to a role":                  {ines, []TaskRef{{1, 1}, {2, 1}}, Assignment{Role: "it"}, "", 1},
		"an owner takes a free one":  {danaActs, []TaskRef{{1, 1}}, me, "", 1},
		"and not for somebody else":  {danaActs, []TaskRef{{1, 1}}, Assignment{Person: Person{Email: "max@example.com"}}, fault.Forbidden, 0},
		"a champion takes none":      {tomas, []TaskRef{{1, 1}}, Assignment{Person: Person{Email: "tomas@example.com"}}, fault.NotFound, 0},
		"one of an older version":    {ines, []TaskRef{{1, 1}, {2, 9}}, me, fault.Conflict, 0},
		"an older version of a free": {danaActs, []TaskRef{{1, 9}}, me, fault.Conflict, 0},
		"to no address":              {ines, []TaskRef{{1, 1}}, Assignment{Person: Person{Email: "max"}}, fault.Invalid, 0},
		"to no role":                 {ines, []TaskRef{{1, 1}}, Assignment{Role: "king"}, fault.Invalid, 0},
		"one that is not there":      {ines, []TaskRef{{1, 1}, {3, 1}}, me, fault.NotFound, 0},
	} {
		c, err := assign(running(tasks...), acting{tc.by, began}, tc.refs, tc.to)
		if (tc.want == "") != (err == nil) || tc.want != "" && !fault.Is(err, tc.want) || len(c.Tasks) != tc.kept {
			t.Errorf("%s: %v, kept %d", name, err, len(c.Tasks))
		}
	}
}

// TestSplitCarriesOver splits what waits and is waited for.
func TestSplitCarriesOver(t *testing.T) {
	p := running(Task{Title: "First"}, Task{Title: "Both", WaitsFor: []TaskID{1}, Offset: -7, Owner: danaOwner}, Task{Title: "Last", WaitsFor: []TaskID{2}})
	c, err := split(p, acting{ines, began}, TaskRef{2, 1}, []string{"Half", " Other half ", "Rest"})
	if err != nil || len(c.New) != 2 || len(c.Tasks) != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	for i, part := range c.New {
		if part.ID != TaskID(-i-1) || !part.Own() || part.Offset != -7 || part.Owner != danaOwner || !slices.Equal(part.WaitsFor, []TaskID{1}) || part.State != Open {
			t.Errorf("part: %+v", part)
		}
	}
	if c.New[0].Title != "Other half" || c.Tasks[0].Title != "Half" || !slices.Equal(c.Tasks[0].Edited, []string{"title"}) || !slices.Equal(c.Tasks[1].WaitsFor, []TaskID{2, -1, -2}) {
		t.Errorf("%+v", c.Tasks)
	}
	for name, tc := range map[string]struct {
		task  Task
		parts []string
	}{
		"one part":     {Task{}, []string{"A"}},
		"no title":     {Task{}, []string{"A", " "}},
		"a gate":       {Task{Gate: GateSSO}, []string{"A", "B"}},
		"what is done": {Task{State: Done}, []string{"A", "B"}},
	} {
		if c, err := split(running(tc.task), acting{ines, began}, TaskRef{1, 1}, tc.parts); !fault.Is(err, fault.Invalid) || !c.Empty() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReorderMovesWithinASection(t *testing.T) {
	for _, tc := range []struct {
		move TaskID
		to   Place
		want []TaskID
	}{
		{3, Place{Beside: 1}, []TaskID{3, 1, 2}},
		{1, Place{Beside: 3, Behind: true}, []TaskID{2, 3, 1}},
		{1, Place{Beside: 2}, []TaskID{1, 2, 3}},
		{2, Place{Beside: 2}, []TaskID{1, 2, 3}},
	} {
		p := running(Task{}, Task{}, Task{})
		c, err := reorder(p, acting{ines, began}, TaskRef{tc.move, 1}, tc.to)
		if err != nil {
			t.Fatal(err)
		}
		for i, task := range p.Tasks {
			if position, ok := c.Positions[task.ID]; ok {
				p.Tasks[i].Position = position
			}
		}
		slices.SortFunc(p.Tasks, func(a, b Task) int { return a.Position - b.Position })
		var got []TaskID
		for _, task := range p.Tasks {
			got = append(got, task.ID)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%d beside %+v: %v, want %v", tc.move, tc.to, got, tc.want)
		}
	}
	p := running(Task{}, Task{})
	p.Tasks[1].Section = "Second"
	if _, err := reorder(p, acting{ines, began}, TaskRef{1, 1}, Place{Beside: 2}); !fault.Is(err, fault.Invalid) {
		t.Errorf("into another section: %v", err)
	}
}

func TestAPlayBecomesATaskOnce(t *testing.T) {
	p := running(Task{})
	play := Play{Metric: "Activation rate", Cohort: "Claims", Text: "Ask each champion to sit with five people."}
	c, id, err := addFromPlay(p, acting{ines, began}, play)
	if err != nil || id != provisional || len(c.New) != 1 {
		t.Fatalf("%+v, %d, %v", c, id, err)
	}
	got := c.New[0]
	if got.Title != "Ask each champion to sit with five people" || got.Why != "Activation rate is under target: Claims." ||
		got.Section != PlaySection || got.Phase != "setup" || got.Owner.Named() || got.Evidence.Kind != ByAttestation || !got.DueSet {
		t.Errorf("%+v", got)
	}
	got.ID = 9
	p.Tasks = append(p.Tasks, got)
	p.Arrange()
	if c, id, err := addFromPlay(p, acting{ines, began}, play); err != nil || id != 9 || !c.Empty() {
		t.Errorf("again: %+v, %d, %v", c, id, err)
	}
	if _, _, err := addFromPlay(p, acting{danaActs, began}, play); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by an owner: %v", err)
	}
}
