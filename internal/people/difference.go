package people

import (
	"groundswell/internal/day"
	"groundswell/internal/sheet"
)

// Difference is what an import of people would change, or did. Counts are
// complete; of the entries behind them the first are listed.
type Difference struct {
	sheet.Report

	People    int `json:"people"`    // different people among the usable rows
	Unchanged int `json:"unchanged"` // of these, people about whom the file tells nothing new

	New         sheet.Listing[Added]   `json:"new"`
	Changed     sheet.Listing[Changed] `json:"changed"` // name, title, manager or location
	Moved       sheet.Listing[Moved]   `json:"moved"`
	Renamed     sheet.Listing[Renamed] `json:"changed_emails"`
	Departments sheet.Listing[Name]    `json:"new_departments"`
	Waves       sheet.Listing[Name]    `json:"new_waves"`
	Strangers   sheet.Listing[Who]     `json:"not_members"` // neither members nor invited: they count once they arrive
}

// Empty reports whether applying would change nothing.
func (d Difference) Empty() bool {
	return d.New.Count+d.Changed.Count+d.Moved.Count+d.Renamed.Count == 0
}

// Who is a person of a file.
type Who struct {
	Line  int    `json:"line"`
	Email string `json:"email"`
	Name  string `json:"name"` // as it will be; "" unknown
}

// Added is a person the roster does not have yet, with the place of today.
type Added struct {
	Who
	Place
}

// Changed is a person with the fields that get another value.
type Changed struct {
	Who
	Fields []Field `json:"fields"`
}

// Field is a value before and after; "" is none.
type Field struct {
	Name string `json:"name"` // of the column
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Moved is a person who gets another place from a day on.
type Moved struct {
	Who
	From Place     `json:"from"`
	To   Place     `json:"to"`
	On   *day.Date `json:"on"` // nil: for all days
}

// Renamed is a person of the roster who is known by another address now.
type Renamed struct {
	Who
	Old string `json:"old"`
}

// Name is a department or wave that does not exist yet.
type Name struct {
	Name string `json:"name"`
	Like string `json:"like"` // one that exists and is spelled much like it; "" none
	Rows int    `json:"rows"` // that name it
}
