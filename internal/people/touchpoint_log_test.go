package people

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	claims = Department{ID: 1, Name: "Claims", Slug: "claims"}
	legal  = Department{ID: 2, Name: "Legal", Slug: "legal"}

	logger = identity.Actor{Account: 7, Email: "tomas@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	ines   = identity.Actor{Account: 1, Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	femi   = Touchable{Email: "femi@example.com", Name: "Femi Balogun", Department: claims}
)

func deskOf(by identity.Actor, p *Touchable) Desk {
	k := Desk{Today: day.FromTime(now), Person: p, Department: &claims, Champions: map[string]bool{"tomas@example.com": true}}
	if !by.Has(identity.Lead) {
		k.Own = []int{claims.ID}
	}
	return k
}

func TestWhatCannotBeLogged(t *testing.T) {
	today := day.FromTime(now)
	with := func(p Touchable, d Department, left bool) *Touchable {
		p.Department, p.Left = d, left
		return &p
	}
	good := Draft{Person: femi.Email, Kind: Question, Day: day.None, Key: "k"}
	for name, c := range map[string]struct {
		by     identity.Actor
		person *Touchable
		change func(*Draft)
		field  string
		say    string
	}{
		"a champion with their own":        {logger, &femi, func(*Draft) {}, "", ""},
		"the whole department":             {logger, nil, func(d *Draft) { d.Person, d.Department = "", 1 }, "", ""},
		"a lead for a champion":            {ines, &femi, func(d *Draft) { d.Champion = "Tomas@example.com" }, "", ""},
		"a lead for anybody's department":  {ines, with(femi, legal, false), func(d *Draft) { d.Champion = "tomas@example.com" }, "", ""},
		"thirty days ago":                  {logger, &femi, func(d *Draft) { d.Day = today - 30 }, "", ""},
		"a lead for nobody":                {ines, &femi, func(*Draft) {}, "champion", sayNoChampion},
		"a lead for who is no champion":    {ines, &femi, func(d *Draft) { d.Champion = "x@example.com" }, "champion", sayNoChampion},
		"a champion for another":           {logger, &femi, func(d *Draft) { d.Champion = "other@example.com" }, "champion", "Champions log their own touchpoints."},
		"thirty-one days ago":              {logger, &femi, func(d *Draft) { d.Day = today - 31 }, "day", "This is more than 30 days ago. Older ones come with a file."},
		"tomorrow":                         {logger, &femi, func(d *Draft) { d.Day = today + 1 }, "day", "This day is still ahead. Log it when it has happened."},
		"no kind":                          {logger, &femi, func(d *Draft) { d.Kind = "" }, "kind", "Choose what you did."},
		"a kind of one's own":              {logger, &femi, func(d *Draft) { d.Kind = "chat" }, "kind", "Choose what you did."},
		"an outcome of one's own":          {logger, &femi, func(d *Draft) { d.Outcome = "great" }, "outcome", "Choose one of these, or none."},
		"a long note":                      {logger, &femi, func(d *Draft) { d.Note = strings.Repeat("é", 1001) }, "note", "A note has 1,000 characters at most. Shorten it."},
		"nobody at all":                    {logger, nil, func(d *Draft) { d.Person = "" }, "person", sayNoTeam},
		"who is not on the roster":         {logger, nil, func(*Draft) {}, "person", sayNobody},
		"who moved away today":             {logger, with(femi, legal, false), func(*Draft) {}, "person", sayNobody},
		"who left, elsewhere":              {logger, with(femi, legal, true), func(*Draft) {}, "person", sayNobody},
		"who left":                         {logger, with(femi, claims, true), func(*Draft) {}, "person", "Femi Balogun left the organization, so nothing can be logged with them. What you typed is kept: choose somebody else, or cancel."},
		"not on the roster, to a lead":     {ines, nil, func(d *Draft) { d.Champion = "tomas@example.com" }, "person", sayNotOnIt},
		"another department, as a whole":   {logger, nil, func(d *Draft) { d.Person, d.Department = "", 2 }, "person", "There is no such department among yours."},
		"a department that does not exist": {logger, nil, func(d *Draft) { d.Person, d.Department = "", 99 }, "person", "There is no such department among yours."},
	} {
		t.Run(name, func(t *testing.T) {
			d := good
			c.change(&d)
			k := deskOf(c.by, c.person)
			switch d.Department {
			case 2:
				k.Department = &legal
			case 99:
				k.Department = nil
			}
			got, err := judge(c.by, d, k, now)
			if c.field == "" {
				if err != nil || got.ChampionEmail == "" || !got.Day.Known() || got.Department.ID == 0 {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || fieldsOf(err)[c.field] != c.say || len(fieldsOf(err)) != 1 {
				t.Errorf("%v %v", err, fieldsOf(err))
			}
		})
	}
}

func fieldsOf(err error) map[string]string {
	if f, ok := err.(*fault.Error); ok {
		return f.Fields
	}
	return nil
}

func TestWhoMayTakeItBack(t *testing.T) {
	here := Department{ID: 1, Slug: logger.Departments[0]}
	own := LoggedTouchpoint{LoggedBy: logger.Account, LoggedAt: now, Department: here}
	file := LoggedTouchpoint{}
	other := LoggedTouchpoint{LoggedBy: 8, LoggedAt: now, Department: here}
	former := logger
	former.Roles = nil
	moved := logger
	moved.Departments = []string{"elsewhere"}
	for name, c := range map[string]struct {
		t    LoggedTouchpoint
		by   identity.Actor
		late time.Duration
		want fault.Kind
	}{
		"one's own":                  {own, logger, UndoFor, ""},
		"one's own, too late":        {own, logger, UndoFor + time.Second, fault.Forbidden},
		"another's":                  {other, logger, 0, fault.NotFound},
		"one of a file":              {file, logger, 0, fault.NotFound},
		"a lead, late":               {own, ines, 90 * 24 * time.Hour, ""},
		"a lead, of a file":          {file, ines, 0, ""},
		"who is no champion now":     {own, former, 0, fault.NotFound},
		"of another department now":  {own, moved, 0, fault.NotFound},
		"a token without an account": {file, identity.Actor{Roles: []identity.Role{identity.Champion}}, 0, fault.NotFound},
	} {
		err := c.t.undo(c.by, now.Add(c.late))
		if (c.want == "") != (err == nil) || err != nil && !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKindsAreRecognised writes kinds in every way a file may.
func TestKindsAreRecognised(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SampledFrom(TouchpointKinds()).Draw(t, "kind")
		gap := rapid.SampledFrom([]string{"", " ", "_", "-", "  "}).Draw(t, "gap")
		text := strings.NewReplacer(" ", gap, "-", gap).Replace(string(want))
		if rapid.Bool().Draw(t, "upper") {
			text = strings.ToUpper(text)
		}
		if got := KindOf(text); got != want {
			t.Fatalf("%q is %q", text, got)
		}
	})
	for _, text := range []string{"", "questions", "chat about setup"} {
		if KindOf(text) != TouchpointKind(text) {
			t.Errorf("%q is taken for %q", text, KindOf(text))
		}
	}
}

// TestARecognisedKindIsTheSameRow imports a file that was imported before kinds were recognised.
func TestARecognisedKindIsTheSameRow(t *testing.T) {
	row := Touchpoint{Day: 1, Champion: "c@example.com", User: "a@example.com", Kind: "FIRST_SETUP"}
	known := Contacts{Imported: map[[32]byte]bool{}}
	c, _ := compareTouchpoints(known, touchpointLog{rows: []touchpointRow{{2, row}}})
	if len(c.New) != 1 || c.New[0].Kind != "first setup" || c.New[0].Key != row.key(0) {
		t.Fatalf("%+v", c.New)
	}
}
