package adoption

import "groundswell/internal/day"

// IndexDay turns a day's entries into sets. It is the only place where a task
// day is decided, so a change of task_min_actions means indexing every day again.
// A member must appear once: merge revised rows before.
func IndexDay(d day.Date, entries []Entry, minActions int) DayIndex {
	x := DayIndex{Day: d}
	for _, e := range entries {
		x.add(e, minActions)
	}
	return x
}

func (x *DayIndex) add(e Entry, minActions int) {
	m, a := e.Member, e.Activity
	setIf(&x.SignedIn, m, a.SignedIn)
	setIf(&x.Active, m, a.Active())
	setIf(&x.Tasked, m, a.Task(minActions))
	setIf(&x.Unified, m, a.Unified && a.Active())
	x.addSessions(m, a.Sessions)
	setIf(&x.Connectors, m, a.Connectors > 0)
	setIf(&x.Skills, m, a.Skills > 0)
	setIf(&x.Plugins, m, a.Plugins > 0)
	setIf(&x.SessionsKnown, m, a.Sessions.Reported())
	setIf(&x.ConnectorsKnown, m, a.Connectors.Reported())
	setIf(&x.SkillsKnown, m, a.Skills.Reported())
	setIf(&x.PluginsKnown, m, a.Plugins.Reported())
}

func (x *DayIndex) addSessions(m int32, n Count) {
	for k := 0; n > 0; k, n = k+1, n>>1 {
		if k == len(x.Sessions) {
			x.Sessions = append(x.Sessions, nil)
		}
		setIf(&x.Sessions[k], m, n&1 == 1)
	}
}

func setIf(b *Bits, m int32, ok bool) {
	if ok {
		b.Set(m)
	}
}
