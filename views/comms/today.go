package comms

import (
	"github.com/a-h/templ"

	"groundswell/views/phone"
	"groundswell/views/ui"
)

// DutiesProps is what a lead has to know of messages today.
type DutiesProps struct {
	Items   []ui.AgendaProps
	More    string // "3 more"; "" when all are shown
	Notices []ui.BannerProps
	All     string
}

// WeekProps is what reaches a department this week.
type WeekProps struct{ Rows []phone.RowProps }

// ReadProps is a message as its people get it.
type ReadProps struct {
	Subject string
	Body    templ.Component
	Note    string
	Back    string
}
