package rollout

import (
	"groundswell/internal/people"
)

type marketplaceCheck struct{}

func (marketplaceCheck) Key() CheckKey { return CheckMarketplace }
func (marketplaceCheck) Title() string { return "Plugins are there to be seen" }
func (marketplaceCheck) PerWave() bool { return false }

func (marketplaceCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Plugin catalog", f.Read.Plugins)
	if none, ok := r.missing(); ok {
		return none
	}
	p := f.Plugins
	from := " from " + several(p.Marketplaces, "marketplace", "marketplaces")
	switch {
	case p.Plugins == 0:
		return refuted(r, 1, "No plugins", "No plugin is in the catalog.", nil)
	case p.Visible == 0:
		return refuted(r, p.Plugins, "None visible", "None of "+several(p.Plugins, "plugin", "plugins")+from+" may be installed by anybody.", nil)
	}
	return confirmed(r, several(p.Visible, "plugin", "plugins"), amount(p.Visible)+" of "+several(p.Plugins, "plugin", "plugins")+from+" can be installed.")
}

type connectorsCheck struct{}

func (connectorsCheck) Key() CheckKey { return CheckConnectors }
func (connectorsCheck) Title() string { return "Connectors are in use" }
func (connectorsCheck) PerWave() bool { return false }

func (connectorsCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Connector use", f.Read.Connectors)
	if none, ok := r.missing(); ok {
		return none
	}
	n := len(f.Connectors)
	if n == 0 {
		return refuted(r, 1, "None used", "No connector was used in the last "+several(ConnectorDays, "day", "days")+".", nil)
	}
	found := confirmed(r, several(n, "connector", "connectors"),
		several(n, "connector was", "connectors were")+" used in the last "+several(ConnectorDays, "day", "days")+", "+f.Connectors[0].Say+" the most.")
	found.Details = f.Connectors
	return found
}

type telemetryCheck struct{}

func (telemetryCheck) Key() CheckKey { return CheckTelemetry }
func (telemetryCheck) Title() string { return "Telemetry arrives" }
func (telemetryCheck) PerWave() bool { return false }

// Run words the count to two digits: a sentence that changes with every event would drown the history.
func (telemetryCheck) Run(f Facts, _ people.Wave) Finding {
	r := Reading{Name: "Telemetry receiver", AsOf: f.Telemetry.Last}
	switch {
	case f.Telemetry.Last.IsZero():
		return noneYet(r.Name, "Nothing yet", "No event has ever arrived.")
	case f.Now.Sub(f.Telemetry.Last) > telemetryGap:
		return refuted(r, 1, "Stopped", "No event has arrived since "+moment(f.Telemetry.Last)+".", nil)
	}
	n := about(f.Telemetry.Day)
	return confirmed(r, amount(n)+" a day", "About "+several(n, "event", "events")+" arrived in 24 hours.")
}

type mailCheck struct{}

func (mailCheck) Key() CheckKey { return CheckMail }
func (mailCheck) Title() string { return "Mail can be sent" }
func (mailCheck) PerWave() bool { return false }

func (mailCheck) Run(f Facts, _ people.Wave) Finding {
	r := Reading{Name: "Mail server", AsOf: f.Mail.TriedAt}
	switch {
	case !f.Mail.Configured:
		return noneYet(r.Name, "Not set up", "No mail server is set up: SMTP_URL is empty.")
	case f.Mail.TriedAt.IsZero():
		return noneYet(r.Name, "Not tried", "A mail server is set up; nobody has tried it yet.")
	case !f.Mail.Worked:
		return refuted(r, 1, "No answer", "The mail server did not answer when it was tried last.", nil)
	}
	if stopped := f.Mail.stopped(); len(stopped) > 0 {
		return refuted(r, len(stopped), several(len(stopped), "channel", "channels"), "The mail server answers, and nothing goes out by "+several(len(stopped), "channel", "channels")+".", stopped)
	}
	return confirmed(r, "Answers", "The mail server answers"+f.Mail.chats()+".")
}

// stopped returns the channels that nothing goes out by, and why.
func (m MailFacts) stopped() []Detail {
	var out []Detail
	for _, c := range m.Channels {
		switch {
		case !c.PausedAt.IsZero():
			out = append(out, Detail{Say: c.Name + ": paused since " + moment(c.PausedAt)})
		case c.Failing && c.WorkedAt.IsZero():
			out = append(out, Detail{Say: c.Name + ": fails, and has never worked"})
		case c.Failing:
			out = append(out, Detail{Say: c.Name + ": fails, last worked " + moment(c.WorkedAt)})
		}
	}
	return out
}

// chats says how many chats there are, where there are any.
func (m MailFacts) chats() string {
	n := 0
	for _, c := range m.Channels {
		if !c.Mail {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return ", and " + several(n, "chat is", "chats are") + " set up"
}
