package delivery

import (
	"strconv"

	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// CopyProps is the page of one recipient's copy.
type CopyProps struct {
	Head    ui.PageHeadProps
	ID      string
	Who     string
	Back    string // where the forms lead back to
	State   ui.ChipProps
	Explain string
	Facts   []ui.Pair
	Again   bool
	Bounce  []ui.Choice // why it may have come back; nil: it cannot be noted
	Action  string
}

// NewCopy words one copy.
func NewCopy(d comms.SentDelivery, mayChange bool, c Clock) CopyProps {
	here := route.Delivery(int64(d.ID))
	p := CopyProps{
		Head: ui.PageHeadProps{
			Title: whoOf(d), Sub: d.Title + ", due " + c.moment(d.DueAt),
			Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: "Delivery", URL: route.Deliveries}, {Label: d.Title, URL: route.Mailing(int64(d.Mailing))}},
		},
		ID: strconv.FormatInt(int64(d.ID), 10), Who: whoOf(d), Back: here, State: stateChip(seenState(d)), Explain: explained(seenState(d)), Facts: copyFacts(d, c),
		Again: mayChange && d.Resendable(), Action: here + "/bounce",
	}
	if mayChange && d.ByMail && d.BouncedAt.IsZero() && (d.State == comms.Sent || d.State == comms.Unknown) {
		for i, r := range comms.BounceReasons() {
			p.Bounce = append(p.Bounce, ui.Choice{Value: string(r), Label: r.Say(), Chosen: i == 0})
		}
	}
	return p
}

func copyFacts(d comms.SentDelivery, c Clock) []ui.Pair {
	answer := reasonWords(d.State, d.Reason)
	if d.Code != 0 {
		answer = orNone(answer) + " (" + strconv.Itoa(d.Code) + ")"
	}
	facts := []ui.Pair{{Name: "Through", Value: d.Via}}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, ui.Pair{Name: name, Value: value})
		}
	}
	add("Address", d.Email)
	if d.State == comms.LeftOut {
		add("Why", answer)
		return facts
	}
	add("Answer", answer)
	add("Tries", ui.Count(d.Attempts))
	if d.State == comms.Waiting && d.Attempts > 0 {
		add("Next try", c.moment(d.NextAt))
	}
	add("Settled", c.moment(d.SettledAt))
	if d.Resent > 0 {
		add("Sent again", resentWords(d))
	}
	if !d.BouncedAt.IsZero() {
		add("Came back", c.moment(d.BouncedAt)+": "+d.Bounce.Say())
	}
	return facts
}

func orNone(s string) string {
	if s == "" {
		return "No words"
	}
	return s
}

// BouncesProps is the page of addresses that mail came back from.
type BouncesProps struct {
	Head    ui.PageHeadProps
	Rows    []BounceRow
	Pages   *ui.PagesProps
	Changes bool
	Problem string
}

// BounceRow is an address that is left out.
type BounceRow struct{ Who, Email, Since, Why, Source string }

// NewBounces words the addresses that are left out.
func NewBounces(list []comms.Bounced, page int, mayChange bool, c Clock) BouncesProps {
	p := BouncesProps{
		Changes: mayChange,
		Head: ui.PageHeadProps{
			Title: "Returned mail", Sub: ui.Counted(len(list), "address is", "addresses are") + " left out because mail came back.",
			Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: "Delivery", URL: route.Deliveries}},
		},
	}
	from, to, foot := ui.PageOf(len(list), page, PageSize, func(n int) string { return route.With(route.Bounces, "page", pageNumber(n)) })
	p.Pages = foot
	for _, b := range list[from:to] {
		r := BounceRow{Who: b.Name, Email: b.Email, Since: c.day(b.At), Why: b.Reason.Say(), Source: "Refused by the mail server"}
		if b.Noted {
			r.Source = "Noted"
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

// TakeBackURL is where the form goes that lets an address be written to again.
var TakeBackURL = route.Bounces + "/take-back"
