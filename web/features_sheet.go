package web

import (
	"net/http"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/views/feature"
)

// sender answers with a table as a file of some form.
type sender func(w http.ResponseWriter, name string, table, about [][]cell) error

// sendCSVOf is sendCSV for a table that has more to say about itself than CSV can.
func sendCSVOf(w http.ResponseWriter, name string, table, _ [][]cell) error {
	return sendCSV(w, name, table)
}

// connectorsFile answers with all features of a kind, used in the period or not.
func (s *Server) connectorsFile(send sender) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		q, err := s.featuresAsked(r, actor)
		if err != nil {
			return err
		}
		if len(q.filters.Errors) > 0 {
			return &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
		}
		ending := r.URL.Path[strings.LastIndexByte(r.URL.Path, '.'):]
		name := string(q.filters.Kind) + "s-" + q.filters.Period.To.String() + ending
		return send(w, name, featureTable(q), featureAbout(q))
	}
}

// featureTable is every feature that this reader may see; what is not reported is empty.
func featureTable(q featuresFound) [][]cell {
	first, last := "first_seen", "last_used"
	if q.reader.Guarded {
		first, last = "first_seen_month", "last_used_month"
	}
	table := [][]cell{header("kind", "key", "name", "from", "to", "cowork_sessions", "people_busiest_day", "own_consent_busiest_day", first, last, "new", "no_longer_used")}
	p := q.filters.Period
	for _, f := range q.found.Report.Records {
		table = append(table, []cell{
			ours(string(f.Kind)), said(f.Key), said(f.Name), dayCell(p.From), dayCell(p.To),
			countCell(f.Sum.Sessions), countCell(f.Sum.Users), countCell(f.Sum.OwnAuth),
			seenCell(f.First, q.reader), seenCell(f.Last, q.reader),
			yes(f.New(p, q.found.Report.First)), yes(f.Dropped(q.found.State.Through)),
		})
	}
	return table
}

func countCell(c adoption.Count) cell {
	if !c.Reported() {
		return ours("")
	}
	n := int(c)
	return whole(&n)
}

// seenCell is a day of first or last use, to the month for those who see months.
func seenCell(d day.Date, r feature.Reader) cell {
	switch {
	case !d.Known():
		return ours("")
	case r.Guarded:
		return ours(d.Time().Format("2006-01"))
	}
	return dayCell(d)
}

func featureAbout(q featuresFound) [][]cell {
	about := [][]cell{
		{ours("Cowork sessions"), ours("Sessions in which it was used, summed over days; Chat and Cowork unified included. Empty is not reported.")},
		{ours("People, busiest day"), ours("Distinct people on the day with the most. People of several days overlap and are not added up.")},
		{ours("Own consent"), ours("Connectors: people whose use that day ran on a connection they made themselves.")},
		{ours("Read through"), dayCell(q.found.State.Through)},
	}
	if q.found.Hidden > 0 {
		about = append(about, []cell{ours("Withheld"), whole(&q.found.Hidden)})
	}
	return about
}
