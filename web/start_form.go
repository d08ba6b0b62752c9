package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/rollout"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

// newWaves is how many waves can be named where the roster has none.
const newWaves = 3

// emptyForm is the guided start before anybody typed.
func (s *Server) emptyForm(p *rollout.Plan, book rollout.Playbook) views.Form {
	week := map[time.Weekday]bool{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = true
	}
	f := views.Form{
		Playbook: book.Key, Organization: s.Org, Errors: map[string]string{},
		Calendar: views.CalendarForm{TimeZone: "UTC", Weekdays: week},
	}
	for _, w := range p.Waves {
		f.Waves = append(f.Waves, waveField(w.ID, w.Name, w.People, w.OpensOn))
	}
	for i := 0; len(p.Waves) == 0 && i < newWaves; i++ {
		f.Waves = append(f.Waves, views.WaveField{ID: "0"})
	}
	f.InForce = inForceFields(book)
	for _, r := range book.Roles {
		f.Holders = append(f.Holders, views.HolderField{Key: r.Key, Role: r.Name, Does: r.Does})
	}
	return f
}

// inForceFields asks since when the steps without a way back are in force that a
// playbook has a gate for, and that an organization may have taken long ago.
func inForceFields(book rollout.Playbook) []views.InForceField {
	var out []views.InForceField
	for _, kind := range rollout.InForceKinds() {
		if title, ok := book.GateTitle(kind); ok {
			out = append(out, views.InForceField{Kind: string(kind), Title: title})
		}
	}
	return out
}

// readInForce reads since when such steps are in force; an empty day says that one is not.
func readInForce(f url.Values, fields []views.InForceField, errs map[string]string) (map[rollout.GateKind]day.Date, []views.InForceField) {
	out := map[rollout.GateKind]day.Date{}
	for i := range fields {
		name := fields[i].Name()
		fields[i].Since = strings.TrimSpace(f.Get(name))
		if fields[i].Since == "" {
			continue
		}
		since, err := day.Parse(fields[i].Since)
		if err != nil {
			errs[name] = wrongDay(fields[i].Since)
			continue
		}
		out[rollout.GateKind(fields[i].Kind)] = since
	}
	return out, fields
}

func waveField(id int, name string, people int, opens *day.Date) views.WaveField {
	w := views.WaveField{ID: strconv.Itoa(id), Name: name, People: ui.Counted(people, "person", "people")}
	if opens != nil {
		w.Opens = opens.String()
	}
	return w
}

// startInput is a posted start: as typed, and as it was understood.
type startInput struct {
	form    views.Form
	answers rollout.Answers
	places  []int  // of each launch among the form's waves
	mark    string // names these answers; see [fingerprint]
}

// readStart reads the form and notes in it what cannot be read.
func readStart(f url.Values, p *rollout.Plan, book rollout.Playbook) startInput {
	in := startInput{mark: fingerprint(f)}
	in.form = views.Form{
		Playbook: book.Key, Organization: f.Get("organization"), Architecture: f.Get("architecture"), Reason: f.Get("reason"),
		Install: f.Get("install"), Seen: f.Get("seen"), Errors: map[string]string{},
	}
	cal, calendar := readCalendar(f)
	in.form.Calendar = cal
	holders, fields := readHolders(f, roleFields(book))
	in.form.Holders = fields
	in.answers = rollout.Answers{
		Playbook: book.Key, Organization: strings.TrimSpace(in.form.Organization), Architecture: rollout.Architecture(in.form.Architecture),
		Reason: strings.TrimSpace(in.form.Reason), Install: rollout.Install(in.form.Install),
		TimeZone: cal.TimeZone, Calendar: calendar, Holders: holders,
	}
	in.answers.InForce, in.form.InForce = readInForce(f, inForceFields(book), in.form.Errors)
	in.form.Waves, in.answers.Launches, in.places = readWaves(f, p)
	return in
}

func roleFields(book rollout.Playbook) []views.HolderField {
	var out []views.HolderField
	for _, r := range book.Roles {
		out = append(out, views.HolderField{Key: r.Key, Role: r.Name, Does: r.Does})
	}
	return out
}

// readWaves reads the days waves open on. Rows for new waves that nobody filled
// are left out of the launches; places says which row each launch came from.
func readWaves(f url.Values, p *rollout.Plan) (rows []views.WaveField, launches []rollout.Launch, places []int) {
	for i := range max(len(p.Waves), newWaves) {
		n := strconv.Itoa(i)
		if !f.Has("wave." + n) {
			continue
		}
		row := views.WaveField{ID: f.Get("wave." + n), Name: strings.TrimSpace(f.Get("wave_name." + n)), Opens: strings.TrimSpace(f.Get("opens." + n))}
		id, err := strconv.Atoi(row.ID)
		if err != nil {
			row.ID, id = "0", 0
		}
		if w, ok := p.Wave(id); ok {
			row.Name, row.People = w.Name, ui.Counted(w.People, "person", "people")
		}
		wrong := map[string]string{}
		on := day.None
		if d := readDay(row.Opens, "day", wrong); d != nil {
			on = *d
		}
		row.Error = wrong["day"]
		rows = append(rows, row)
		if id == 0 && row.Name == "" && row.Opens == "" {
			continue
		}
		launches, places = append(launches, rollout.Launch{Wave: id, Name: row.Name, On: on}), append(places, len(rows)-1)
	}
	return rows, launches, places
}

// readCalendar reads where and when people work.
func readCalendar(f url.Values) (views.CalendarForm, rollout.Calendar) {
	c := views.CalendarForm{
		TimeZone: strings.TrimSpace(f.Get("time_zone")), DaysOff: f.Get("days_off"), Weekdays: map[time.Weekday]bool{}, Errors: map[string]string{},
	}
	var out rollout.Calendar
	for _, text := range f["weekday"] {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= 6 && !c.Weekdays[time.Weekday(n)] {
			c.Weekdays[time.Weekday(n)] = true
			out.Weekdays = append(out.Weekdays, time.Weekday(n))
		}
	}
	for _, word := range strings.Fields(strings.ReplaceAll(c.DaysOff, ",", " ")) {
		d, err := day.Parse(word)
		if err != nil {
			c.Errors["days_off"] = wrongDay(word)
			continue
		}
		out.DaysOff = append(out.DaysOff, d)
	}
	slices.Sort(out.Weekdays)
	slices.Sort(out.DaysOff)
	out.DaysOff = slices.Compact(out.DaysOff)
	return c, out
}

// readHolders reads who holds which of the roles in fields.
func readHolders(f url.Values, fields []views.HolderField) (map[string]rollout.Person, []views.HolderField) {
	holders := map[string]rollout.Person{}
	for i := range fields {
		h := &fields[i]
		h.Name, h.Email = strings.TrimSpace(f.Get("holder_name."+h.Key)), strings.TrimSpace(f.Get("holder."+h.Key))
		holders[h.Key] = rollout.Person{Name: h.Name, Email: h.Email}
	}
	return holders, fields
}

// check holds the answers to the rules and puts what is wrong beside its field.
func (in *startInput) check() {
	if err := in.answers.Check(); err != nil {
		maps.Copy(in.form.Errors, asFault(err).Fields)
	}
	maps.Copy(in.form.Errors, in.form.Calendar.Errors)
	in.spread()
	for _, w := range in.form.Waves {
		if w.Error != "" {
			in.form.Errors["launches"] = w.Error
		}
	}
}

// spread puts errors beside waves, roles and the calendar.
func (in *startInput) spread() {
	if in.form.Calendar.Errors == nil {
		in.form.Calendar.Errors = map[string]string{}
	}
	for _, name := range []string{"time_zone", "weekdays", "days_off"} {
		if say := in.form.Errors[name]; say != "" {
			in.form.Calendar.Errors[name] = say
		}
	}
	spreadWaves(in.form.Waves, in.places, in.form.Errors)
	spreadHolders(in.form.Holders, in.form.Errors)
}

func spreadWaves(rows []views.WaveField, places []int, errs map[string]string) {
	if say := errs["launch.0"]; say != "" && len(places) == 0 && len(rows) > 0 {
		rows[0].Error = say
	}
	for i, at := range places {
		if say := errs["launch."+strconv.Itoa(i)]; say != "" {
			rows[at].Error = say
		}
	}
}

func spreadHolders(fields []views.HolderField, errs map[string]string) {
	for i := range fields {
		if say := errs["holder."+fields[i].Key]; say != "" {
			fields[i].Error = say
		}
	}
}

// shownPast is how many tasks that are late from the start are named.
const shownPast = 12

// previewOf is what people see of a plan before it is made.
func previewOf(book rollout.Playbook, tasks []rollout.Task, launches []rollout.Launch, today day.Date) *views.Preview {
	out := &views.Preview{Sub: ui.Counted(len(tasks), "task", "tasks"), Warnings: launchWarnings(launches, today)}
	var past []rollout.Task
	for _, phase := range book.Phases {
		n, late, first := 0, 0, day.Never
		for _, t := range tasks {
			if t.Phase != phase.Key {
				continue
			}
			n++
			if t.Due.Known() {
				first = min(first, t.Due)
			}
			if t.Due.Known() && t.Due < today {
				late++
				past = append(past, t)
			}
		}
		out.Phases = append(out.Phases, views.PhasePreview{Name: phase.Name, Tasks: ui.Count(n), First: dayText(first, today), Past: ui.Count(late)})
	}
	if first := firstDue(tasks); first.Known() {
		out.Sub += ", the first due " + dayText(first, today)
	}
	slices.SortStableFunc(past, func(a, b rollout.Task) int { return int(a.Due) - int(b.Due) })
	for _, t := range past[:min(len(past), shownPast)] {
		out.Past = append(out.Past, views.PastTask{Title: t.Title, Due: dayText(t.Due, today)})
	}
	out.More = max(0, len(past)-shownPast)
	return out
}

// firstDue is the earliest day of all tasks, [day.Never] when none has one.
func firstDue(tasks []rollout.Task) day.Date {
	first := day.Never
	for _, t := range tasks {
		if t.Due.Known() {
			first = min(first, t.Due)
		}
	}
	return first
}

// dayText writes a day, and says so when there is none.
func dayText(d, today day.Date) string {
	if !d.Known() {
		return "no date"
	}
	return ui.Date(d.Time(), today.Time())
}

// launchWarnings are what is odd about launches, and allowed.
func launchWarnings(launches []rollout.Launch, today day.Date) []string {
	var out []string
	for _, name := range rollout.OddWaves(launches) {
		out = append(out, name+" opens before a wave that is listed before it.")
	}
	for _, l := range launches {
		switch {
		case !l.On.Known():
			out = append(out, l.Name+" has no day yet. Its tasks have no dates until it gets one.")
		case l.On < today:
			out = append(out, l.Name+" opened already, on "+dayText(l.On, today)+".")
		}
	}
	return out
}
