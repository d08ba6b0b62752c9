package delivery

import (
	"strconv"

	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// PageSize is how many entries a page of a list has.
const PageSize = 25

// MailingsProps is the list of what went out.
type MailingsProps struct {
	Kinds []ui.Choice
	Sub   string
	Rows  []MailingRow
	Pages *ui.PagesProps
	Any   bool // narrowed: the whole list may have some
}

// NewMailings words a page of what went out.
func NewMailings(m comms.Mailings, f comms.MailingFilter, c Clock) MailingsProps {
	p := MailingsProps{Sub: ui.Counted(m.Total, "mailing", "mailings"), Any: f.Kind != "", Kinds: []ui.Choice{{Label: "Any"}}}
	for _, k := range Kinds() {
		p.Kinds = append(p.Kinds, ui.Choice{Value: string(k), Label: KindName(k), Chosen: k == f.Kind})
	}
	for _, t := range m.List {
		p.Rows = append(p.Rows, mailingRow(t, c))
	}
	_, _, p.Pages = ui.PageOf(m.Total, f.Page, PageSize, func(n int) string {
		return route.With(route.Mailings, "kind", string(f.Kind), "page", pageNumber(n))
	})
	return p
}

func pageNumber(n int) string {
	if n == 1 {
		return ""
	}
	return strconv.Itoa(n)
}

// CopiesProps is a list of copies, of one mailing or of several.
type CopiesProps struct {
	Caption  string
	Tabs     []ui.Option
	Action   string // where the search goes
	Keep     []ui.Pair
	Search   string
	Channels []ui.Choice // more than two entries make a choice
	Rows     []CopyRow
	Pages    *ui.PagesProps
	Titles   bool // they are of several mailings
	Again    bool // somebody may have them sent again
	Back     string
	None     string
	CSV      *ui.LinkButtonProps
	Note     string // what the download asks for first
}

// CopyRow is one recipient's copy.
type CopyRow struct {
	ID         string
	URL        string
	Who, Email string
	Of, OfURL  string // what it is a copy of
	State      ui.ChipProps
	Say        string // why, or what the server answered
	Via        string
	Attempts   string
	When       string
	Resent     string
	Again      bool
}

func (p CopiesProps) columns() []ui.Column {
	out := []ui.Column{{Label: "Recipient"}}
	if p.Titles {
		out = append(out, ui.Column{Label: "What"})
	}
	out = append(out, ui.Column{Label: "State"}, ui.Column{Label: "Through"}, ui.Column{Label: "Tries", Numeric: true}, ui.Column{Label: "When"})
	if p.Again {
		out = append(out, ui.Column{Label: "Send again", Hidden: true})
	}
	return out
}

func copyRow(d comms.SentDelivery, c Clock) CopyRow {
	r := CopyRow{
		ID: strconv.FormatInt(int64(d.ID), 10), URL: route.Delivery(int64(d.ID)), Who: whoOf(d), Of: d.Title, OfURL: route.Mailing(int64(d.Mailing)),
		State: stateChip(seenState(d)), Say: sayOf(d), Via: d.Via, Attempts: ui.Count(d.Attempts), When: c.moment(d.SettledAt), Again: d.Resendable(),
	}
	if d.Name != "" {
		r.Email = d.Email
	}
	if d.State == comms.Waiting && d.Attempts > 0 {
		r.When = "Next try " + c.moment(d.NextAt)
	}
	if d.Resent > 0 {
		r.Resent = resentWords(d)
	}
	return r
}

// seenState is the state as people read it: what came back is not sent.
func seenState(d comms.SentDelivery) comms.DeliveryState {
	if !d.BouncedAt.IsZero() {
		return comms.CameBack
	}
	return d.State
}

// whoOf is the recipient's name, else the address; a chat is itself.
func whoOf(d comms.SentDelivery) string {
	switch {
	case d.Name != "":
		return d.Name
	case d.Email != "":
		return d.Email
	}
	return d.Via
}

// sayOf is why, or what the server answered, with the code of the answer.
func sayOf(d comms.SentDelivery) string {
	say := reasonWords(d.State, d.Reason)
	switch {
	case !d.BouncedAt.IsZero():
		return d.Bounce.Say()
	case d.Code != 0 && say != "" && d.State != comms.Sent:
		return say + " (" + strconv.Itoa(d.Code) + ")"
	case d.State == comms.Sent:
		return ""
	}
	return say
}

func resentWords(d comms.SentDelivery) string {
	words := "Sent again " + ui.Counted(d.Resent, "time", "times")
	if d.Resent == 1 {
		words = "Sent again once"
	}
	if d.ResentBy != "" {
		words += ", last by " + d.ResentBy
	}
	return words
}

// MailingProps is one mailing with its recipients.
type MailingProps struct {
	Head    ui.PageHeadProps
	Poll    string
	Facts   []ui.Pair
	Message *ui.Link // what was written
	Copies  CopiesProps
	Stop    *ui.DialogProps
	Resend  []ui.DialogProps // all that are unknown, all that were refused
	Explain string           // of the state that is shown
}

// NewMailing words a page of one mailing.
func NewMailing(t comms.Tally, d comms.Deliveries, f comms.DeliveryFilter, channels []comms.Channel, mayChange bool, c Clock) MailingProps {
	here := route.Mailing(int64(t.ID))
	p := MailingProps{
		Head: ui.PageHeadProps{
			Title: t.Title, Sub: KindName(t.Kind) + ", due " + c.moment(t.DueAt),
			Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: "Delivery", URL: route.Deliveries}, {Label: "Mailings", URL: route.Mailings}},
		},
		Explain: explained(f.State),
	}
	if t.Message != 0 {
		p.Message = &ui.Link{Label: "The message", URL: route.Message(int64(t.Message))}
	}
	p.Facts = mailingFacts(t, c)
	if say := heldUp(d.List, channels, c); say != "" {
		p.Facts = append(p.Facts, ui.Pair{Name: "Waits", Value: say})
	}
	p.Copies = newCopies("Recipients", here, d, f, mayChange, c)
	p.Copies.Tabs = stateTabs(t, f, here)
	p.Copies.Channels = channelChoices(channels, f.Channel)
	if t.Going() {
		p.Poll = copiesAt(here, f, f.Page)
	}
	if mayChange {
		p.dialogs(t, here)
	}
	return p
}

func mailingFacts(t comms.Tally, c Clock) []ui.Pair {
	facts := []ui.Pair{{Name: "To", Value: ui.Count(t.To())}, {Name: "Delivered", Value: delivered(t)}}
	if t.Counts[comms.LeftOut] > 0 {
		facts = append(facts, ui.Pair{Name: "Left out", Value: ui.Count(t.Counts[comms.LeftOut])})
	}
	for _, f := range []ui.Pair{{Name: "First sent", Value: c.moment(t.SentAt)}, {Name: "Over", Value: c.moment(t.EndedAt)}, {Name: "Stopped", Value: c.moment(t.StoppedAt)}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	if t.EndedAt.IsZero() {
		facts = append(facts, ui.Pair{Name: "Of use until", Value: c.moment(t.UsefulUntil)})
	}
	return facts
}

// delivered is the share of those it was sent to that did not come back.
func delivered(t comms.Tally) string {
	if t.To() == 0 {
		return "Nobody to send it to"
	}
	return ui.Count(t.Delivered()) + " (" + ui.Percent(float64(t.Delivered())/float64(t.To())) + ")"
}

// stateTabs lead to the copies in each state there are any of.
func stateTabs(t comms.Tally, f comms.DeliveryFilter, here string) []ui.Option {
	at := func(s comms.DeliveryState) string {
		g := f
		g.State = s
		return copiesAt(here, g, 1)
	}
	all := t.To() + t.Counts[comms.LeftOut]
	tabs := []ui.Option{{Label: "All", URL: at(""), Count: ui.Count(all), Current: f.State == ""}}
	for _, c := range stateCounts(t) {
		if c.n > 0 || c.state == f.State {
			tabs = append(tabs, ui.Option{Label: StateName(c.state), URL: at(c.state), Count: ui.Count(c.n), Current: c.state == f.State})
		}
	}
	return tabs
}

func channelChoices(channels []comms.Channel, chosen int) []ui.Choice {
	out := []ui.Choice{{Label: "Any"}}
	for _, c := range channels {
		out = append(out, ui.Choice{Value: strconv.Itoa(c.ID), Label: c.Name, Chosen: c.ID == chosen})
	}
	return out
}

// copiesAt is the address of a page of a list of copies.
func copiesAt(here string, f comms.DeliveryFilter, page int) string {
	channel := ""
	if f.Channel != 0 {
		channel = strconv.Itoa(f.Channel)
	}
	return route.With(here, "state", string(f.State), "channel", channel, "q", f.Search, "page", pageNumber(page))
}

func newCopies(caption, here string, d comms.Deliveries, f comms.DeliveryFilter, mayChange bool, c Clock) CopiesProps {
	p := CopiesProps{Caption: caption, Action: here, Search: f.Search, Again: mayChange, Back: copiesAt(here, f, f.Page), None: "Nobody fits."}
	if f.State != "" {
		p.Keep = []ui.Pair{{Name: "state", Value: string(f.State)}}
	}
	again := false
	for _, one := range d.List {
		row := copyRow(one, c)
		again = again || row.Again
		p.Rows = append(p.Rows, row)
	}
	p.Again = mayChange && again
	_, _, p.Pages = ui.PageOf(d.Total, f.Page, PageSize, func(n int) string { return copiesAt(here, f, n) })
	return p
}

// explained says what a state means where people have to decide.
func explained(s comms.DeliveryState) string {
	switch s {
	case comms.Unknown:
		return "The connection broke when these copies had been handed over, or the program stopped meanwhile. They may have arrived: sending one again may reach somebody twice. None is sent again by itself."
	case comms.Refused:
		return "The other side said that it will not have these. Sending again helps only once the reason is mended."
	case comms.CameBack:
		return "The mail server took these and somebody was told later that they could not be delivered. They do not count as delivered."
	case comms.Dropped:
		return "These could not go out before their time of use was over."
	case comms.LeftOut:
		return "These people belong to the audience and were not written to, for the reason beside each."
	}
	return ""
}

// dialogs are what a lead may do with a mailing.
func (p *MailingProps) dialogs(t comms.Tally, here string) {
	if n := t.Counts[comms.Waiting]; n > 0 && t.StoppedAt.IsZero() {
		p.Stop = &ui.DialogProps{
			ID: "stop", Title: "Stop this mailing?", Confirm: "Stop it", Danger: true, Action: here + "/stop",
			Body: "Whoever has it keeps it; " + ui.Counted(n, "copy that waits", "copies that wait") + " will not go out. A stopped mailing is not taken up again.",
		}
	}
	if n := t.Counts[comms.Unknown]; n > 0 {
		p.Resend = append(p.Resend, ui.DialogProps{
			ID: "resend-unknown", Title: "Send all unknown again?", Confirm: "Send " + ui.Counted(n, "copy", "copies") + " again", Action: here + "/resend",
			Body: "They may have arrived already: some people may get it twice.", Fields: []ui.Pair{{Name: "state", Value: string(comms.Unknown)}},
		})
	}
	if n := t.Counts[comms.Refused]; n > 0 {
		p.Resend = append(p.Resend, ui.DialogProps{
			ID: "resend-refused", Title: "Send all refused again?", Confirm: "Send " + ui.Counted(n, "copy", "copies") + " again", Action: here + "/resend",
			Body: "Do this once the reason is mended: what is refused for the same reason only costs the mail server's patience.", Fields: []ui.Pair{{Name: "state", Value: string(comms.Refused)}},
		})
	}
}

// OpenProps are copies across mailings that somebody should look at.
type OpenProps struct {
	Head    ui.PageHeadProps
	Explain string
	Copies  CopiesProps
}

// NewOpen words the copies of all mailings that are unknown, or that were refused.
func NewOpen(d comms.Deliveries, f comms.DeliveryFilter, mayChange bool, c Clock) OpenProps {
	p := OpenProps{
		Head: ui.PageHeadProps{
			Title: "To look at", Sub: ui.Counted(d.Total, "copy", "copies") + " in this state, of all mailings",
			Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: "Delivery", URL: route.Deliveries}},
		},
		Explain: explained(f.State), Copies: newCopies("Copies to look at", route.Unknowns, d, f, mayChange, c),
	}
	p.Copies.Titles = true
	for _, s := range []comms.DeliveryState{comms.Unknown, comms.Refused, comms.CameBack} {
		g := f
		g.State = s
		p.Copies.Tabs = append(p.Copies.Tabs, ui.Option{Label: StateName(s), URL: copiesAt(route.Unknowns, g, 1), Current: s == f.State})
	}
	if f.Search == "" {
		p.Copies.None = map[comms.DeliveryState]string{comms.Unknown: "The fate of every copy is known.", comms.Refused: "Nothing was refused.", comms.CameBack: "Nothing came back."}[f.State]
	}
	return p
}

// ResendURL is where a form that sends copies again goes.
var ResendURL = route.Deliveries + "/resend"

// dialogLabel is what the button says that opens a dialog of sending again.
func dialogLabel(d ui.DialogProps) string {
	if d.ID == "resend-unknown" {
		return "Send unknown again"
	}
	return "Send refused again"
}
