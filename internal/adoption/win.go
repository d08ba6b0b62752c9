package adoption

// published returns the published wins, ascending by day.
func (x *Index) published() []visit {
	var out []visit
	for _, w := range x.Wins {
		if w.Published {
			out = append(out, visit{w.Day, w.Member})
		}
	}
	return out
}

const noWins = "No win has been logged yet."

// wins counts published wins by the placement of the person whose win it is.
func (s *span) wins(who Bits) reading {
	if len(s.x.Wins) == 0 {
		return none(NamedWins, noWins)
	}
	v := float64(s.winsOf(who))
	return reading{value: &v}
}

// winsOf counts those of the people in who; everybody's when who is nil.
func (s *span) winsOf(who Bits) int {
	if who == nil {
		return len(visitsIn(s.x.derived().wins.each, s.period))
	}
	if s.won == nil {
		s.won = s.x.derived().wins.byPerson(s.period)
	}
	return s.won.total(who)
}
