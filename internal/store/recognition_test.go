package store_test

import (
	"fmt"
	gosync "sync"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

// honoured adds a champion to trophies and returns the entry's id.
func (w *trophies) honoured(email, department, state string, since day.Date) people.ChampionID {
	w.t.Helper()
	var id int64
	err := w.st.Pool().QueryRow(w.t.Context(), `insert into champion (email, name, department, state, nominated_how, nominated_at, since, ended_on)
		select $1, '', d.id, $2, 'lead', now(), case when $2 in ('active', 'ended') then $3::date end, case when $2 = 'ended' then $3::date + 10 end
		from department d where d.name = $4 returning id`, email, state, since.Time(), department).Scan(&id)
	if err != nil {
		w.t.Fatal(err)
	}
	return people.ChampionID(id)
}

func TestThanksAreToldOnce(t *testing.T) {
	w := newTrophies(t)
	tomas := w.honoured("tomas@example.com", "Claims & Care", "active", w.today-40)
	waiting := w.honoured("elif@example.com", "Claims & Care", "nominated", w.today)
	svc := &people.RecognitionService{Keeper: w.st}
	var wg gosync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := svc.Thank(t.Context(), w.ines, tomas, "For the \u202e setups ", formKey1, w.now); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count("select count(*) from thanks where words = 'For the setups'"); n != 1 {
		t.Errorf("%d thanks", n)
	}
	if n := w.count("select count(*) from audit_log where action = 'champion.thanked'"); n != 1 {
		t.Errorf("the audit log has %d", n)
	}
	for name, err := range map[string]error{
		"nobody":     svc.Thank(t.Context(), w.ines, 999, "Thanks", "", w.now),
		"a nominee":  svc.Thank(t.Context(), w.ines, waiting, "Thanks", "", w.now),
		"no words":   svc.Thank(t.Context(), w.ines, tomas, " \u2066 ", "", w.now),
		"a champion": svc.Thank(t.Context(), w.clara, tomas, "Thanks", "", w.now),
	} {
		want := map[string]fault.Kind{"nobody": fault.NotFound, "a nominee": fault.NotFound, "no words": fault.Invalid, "a champion": fault.Forbidden}[name]
		if !fault.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	day := func(by identity.Actor) *people.Thanks {
		all, err := w.st.ScopedDepartments(t.Context(), by.PeopleScope())
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		d, err := w.st.Today(t.Context(), people.Asker{Account: by.Account, Email: by.Email, Scope: by.PeopleScope(), Today: w.today}, all[0])
		if err != nil {
			t.Fatal(err)
		}
		return d.Thanks
	}
	if got := day(w.tomas); got == nil || got.Words != "For the setups" || got.ByName != "Ines" || !got.At.Equal(w.now) {
		t.Errorf("the latest thanks are %+v", got)
	}
	if got := day(w.clara); got != nil {
		t.Errorf("somebody else is told %+v", got)
	}
}

func TestBadgesAreGivenAndTakenBack(t *testing.T) {
	w := newTrophies(t)
	tomas := w.honoured("tomas@example.com", "Claims & Care", "active", w.today-40)
	svc := &people.RecognitionService{Keeper: w.st}
	for i := range 12 {
		w.exec("insert into touchpoint (day, champion_email, user_email, kind) values ($1, 'Tomas@example.com', 'elif@example.com', $2)",
			(w.today.Monday() - day.Date(1+i*3)).Time(), []string{"first setup", "question"}[i%2])
	}
	w.exec(`insert into training_session (name, kind, day, host_email, planned, starts_at, zone, minutes, cancelled_at) values
		('A', 'office_hours', $1, 'TOMAS@example.com', true, '08:00', 'UTC', 30, null), ('B', 'office_hours', $1, 'tomas@example.com', true, '08:00', 'UTC', 90, null),
		('C', 'office_hours', $1::date - 1, 'tomas@example.com', true, '08:00', 'UTC', 30, now()), ('D', 'office_hours', $1::date - 2, 'tomas@example.com', false, null, '', null, null)`, w.today.Time())
	one := w.log(w.tomas, w.draft("elif@example.com", "A list")).Win
	w.log(w.tomas, w.draft("elif@example.com", "Another list"))
	if _, err := w.service.Publish(t.Context(), w.ines, one.ID, true, 1, w.now); err != nil {
		t.Fatal(err)
	}
	r, err := w.st.Recognition(t.Context(), tomas, w.today, w.now) // 09:00: B is still under way
	if want := (people.Deeds{Setups: 6, Answers: 6, Sessions: 2, Wins: 1, Weeks: 4}); err != nil || r.Deeds != want {
		t.Errorf("they did %+v, want %+v, %v", r.Deeds, want, err)
	}
	for range 2 {
		if err := svc.Give(t.Context(), w.ines, tomas, people.BadgeTrainer, "Two in a week", w.now); err != nil {
			t.Fatal(err)
		}
	}
	if err := svc.Give(t.Context(), w.ines, tomas, "best", "", w.now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a badge there is none of: %v", err)
	}
	r, err = w.st.Recognition(t.Context(), tomas, w.today, w.now)
	if err != nil || len(r.Badges) != 1 || r.Badges[0].Badge != people.BadgeTrainer || r.Badges[0].Because != "Two in a week" || r.Badges[0].ByName != "Ines" {
		t.Errorf("badges are %+v, %v", r.Badges, err)
	}
	for range 2 {
		if err := svc.TakeBack(t.Context(), w.ines, tomas, people.BadgeTrainer, w.now); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count("select count(*) from badge_given"); n != 0 {
		t.Errorf("%d badges are left", n)
	}
	if n := w.count("select count(*) from audit_log where action like 'badge.%'"); n != 2 {
		t.Errorf("the audit log has %d", n)
	}
}

// The roll is of who was a champion in the quarter, by department and name.
func TestTheRollOfAQuarter(t *testing.T) {
	w := newTrophies(t)
	q := people.QuarterOf(w.today)
	w.honoured("tomas@example.com", "Claims & Care", "active", w.today-40)
	w.honoured("elif@example.com", "Claims & Care", "ended", q.Period().From-5)
	w.honoured("clara@example.com", "Legal", "active", w.today)
	w.honoured("left@example.com", "Legal", "ended", q.Before().Period().From)
	w.honoured("new@example.com", "Legal", "nominated", w.today)
	for _, d := range []day.Date{w.today, w.today - 3, q.Period().From - 1} {
		w.exec("insert into touchpoint (day, champion_email, user_email, kind) values ($1, 'tomas@example.com', 'elif@example.com', 'question')", d.Time())
	}
	one := w.log(w.tomas, w.draft("elif@example.com", "A list")).Win
	w.log(w.tomas, w.draft("elif@example.com", "Another list"))
	gone := w.log(w.tomas, w.draft("elif@example.com", "A third")).Win
	if _, err := w.service.Publish(t.Context(), w.ines, one.ID, true, 1, w.now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Withdraw(t.Context(), w.ines, gone.ID, "Told twice", 1, w.now); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reader identity.Actor
		q      people.Quarter
		want   string
	}{
		{w.ines, q, "[Elif Aydin 0/0/0/0 Tomas 2/2/1/0 Clara Legal 0/0/0/0]"},
		{w.priya, q, "[Elif Aydin 0/0/0/0 Tomas 2/2/1/0 Clara Legal 0/0/0/0]"},
		{w.tomas, q, "[Elif Aydin 0/0/0/0 Tomas 2/2/1/0]"},
		{w.clara, q, "[Clara Legal 0/0/0/0]"},
		{w.helen, q, "[]"}, {w.norma, q, "[]"},
		{w.ines, q.Before(), "[Elif Aydin 0/0/0/0 Lea Gone 0/0/0/0]"},
		{w.ines, q.After(), "[Tomas 0/0/0/0 Clara Legal 0/0/0/0]"},
	} {
		list, err := w.st.Roll(t.Context(), c.reader, c.q, w.today, w.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range list {
			got = append(got, fmt.Sprintf("%s %d/%d/%d/%d", e.Name, e.Touchpoints, e.Wins, e.Published, e.Sessions))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s reads of %s %v, want %s", c.reader.Name, c.q, got, c.want)
		}
	}
}
