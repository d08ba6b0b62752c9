package people

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"groundswell/internal/day"
)

// Quarter is a quarter of a calendar year.
type Quarter struct {
	Year int
	N    int // 1 to 4
}

var quarterShape = regexp.MustCompile(`^(20[0-9]{2})-Q([1-4])$`)

// ParseQuarter reads a quarter like 2026-Q4; false for anything else.
func ParseQuarter(text string) (Quarter, bool) {
	m := quarterShape.FindStringSubmatch(text)
	if m == nil {
		return Quarter{}, false
	}
	year, _ := strconv.Atoi(m[1])
	n, _ := strconv.Atoi(m[2])
	return Quarter{year, n}, true
}

// QuarterOf returns the quarter that d lies in.
func QuarterOf(d day.Date) Quarter {
	t := d.Time()
	return Quarter{t.Year(), (int(t.Month())-1)/3 + 1}
}

// String writes q like 2026-Q4.
func (q Quarter) String() string { return fmt.Sprintf("%d-Q%d", q.Year, q.N) }

// Period returns the days of q.
func (q Quarter) Period() day.Period {
	first := time.Month(3*q.N - 2)
	return day.Period{From: day.Of(q.Year, first, 1), To: day.Of(q.Year, first+3, 1) - 1}
}

// Before returns the quarter before q.
func (q Quarter) Before() Quarter { return QuarterOf(q.Period().From - 1) }

// After returns the quarter after q.
func (q Quarter) After() Quarter { return QuarterOf(q.Period().To + 1) }

// RollEntry is what a champion did for others in a quarter. Rolls are ordered by
// department, then by name: never by any number.
type RollEntry struct {
	Champion    ChampionID
	Email       string
	Name        string
	Department  Department // People and Wave are not read
	Since       day.Date
	EndedOn     day.Date // day.None while it goes on
	Touchpoints int
	Wins        int // logged by them, without those withdrawn
	Published   int // of these
	Sessions    int // led, and held
	Thanks      int // told to them in the quarter
}
