package champion

import (
	"strconv"

	"groundswell/internal/people"
)

// Sheet is what the filter shows as rows of a CSV file: a row for every open
// entry and holder of the role, and one for every department without any.
func (d RegisterData) Sheet() [][]string {
	rows := [][]string{{
		"department", "people", "needed", "have", "email", "name", "state", "since", "early_access", "agreed_minutes", "last_day", "touchpoints_28_days", "last_touchpoint",
	}}
	for _, c := range d.Covers(d.Today) {
		if !d.shows(c) {
			continue
		}
		head := []string{c.Department.Name, strconv.Itoa(c.Department.People), strconv.Itoa(c.Needed), strconv.Itoa(c.Have())}
		none := true
		for _, list := range [][]*people.Champion{c.Champions, c.Past, c.Invited, c.Nominated} {
			for _, who := range list {
				none = false
				rows = append(rows, append(head[:4:4], d.sheetRow(who)...))
			}
		}
		if none {
			rows = append(rows, append(head, make([]string, 9)...))
		}
	}
	return rows
}

func (d RegisterData) sheetRow(c *people.Champion) []string {
	state, did := string(c.State), d.Of(c.Email)
	if c.ID == 0 {
		state = "role_only"
	}
	return []string{
		c.Email, c.Name, state, c.Since.String(), c.EarlyAccess.String(), minutes(c.AgreedMinutes), c.LeavesOn.String(), strconv.Itoa(did.Touchpoints), did.Last.String(),
	}
}
