package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/people"
	"groundswell/internal/rollout"
)

// checkChampionsSQL reads the entries that may count: who is past their last day is left to the rule.
const checkChampionsSQL = `select email, department, leaves_on from champion where state = 'active' order by id`

// champions queues what the check of champions judges by; what it returns puts it
// together once everything was read.
func (l *factLoad) champions(b *pgx.Batch) func() {
	var entries []people.Champion
	var holders []holderRow
	b.Queue(checkChampionsSQL).Query(func(rows pgx.Rows) error {
		c := people.Champion{State: people.ChampionActive, Terms: people.NoTerms()}
		var leaves *time.Time
		_, err := pgx.ForEachRow(rows, []any{&c.Email, &c.Department, &leaves}, func() error {
			c.LeavesOn = dayOf(leaves)
			entries = append(entries, c)
			return nil
		})
		return err
	})
	b.Queue(roleHoldersSQL).Query(func(rows pgx.Rows) (err error) {
		holders, err = pgx.CollectRows(rows, pgx.RowToStructByName[holderRow])
		return err
	})
	b.Queue(coverageSQL).QueryRow(func(row pgx.Row) error { return scanCoverage(row, &l.facts.Coverage) })
	return func() {
		ids, names := map[string]int{}, map[int]string{}
		for _, d := range l.plan.Departments {
			ids[d.Slug], names[d.ID] = d.ID, d.Name
		}
		l.facts.Champions = map[string]rollout.ChampionFacts{}
		for _, c := range people.WithHolders(entries, holdersOf(holders, ids)) {
			if c.Counts(l.today) {
				f := l.facts.Champions[names[c.Department]]
				f.Have++
				if c.LeavesSoon(l.today) {
					f.Leave = append(f.Leave, c.LeavesOn)
				}
				l.facts.Champions[names[c.Department]] = f
			}
		}
	}
}
