package web

import (
	"net/url"
	"strconv"
	"strings"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// The outcomes that the list can be asked for beside those people have.
const (
	outcomeAll     = "all"
	outcomeNothing = "nothing"
)

// accessFilter reads the address. What cannot be meant filters nothing; without an
// outcome the list is of those who lose Cowork by surprise.
func accessFilter(q url.Values) orgaccess.Filter {
	f := orgaccess.Filter{
		Outcome: orgaccess.Surprise, Cause: orgaccess.Cause(q.Get("cause")), Department: placeAsked(q.Get("department")), Wave: placeAsked(q.Get("wave")),
		Search: strings.TrimSpace(q.Get("q")), Sort: orgaccess.Sort(q.Get("sort")), After: memberAsked(q.Get("after")), Before: memberAsked(q.Get("before")), Limit: peopleAPage,
	}
	switch outcome := q.Get("outcome"); {
	case outcome == outcomeAll:
		f.Outcome = ""
	case outcome == outcomeNothing:
		f.Outcome, f.Nothing = "", true
	case orgaccess.Outcome(outcome).Valid():
		f.Outcome = orgaccess.Outcome(outcome)
	}
	if !f.Cause.Valid() {
		f.Cause = ""
	}
	if !f.Sort.Valid() {
		f.Sort = orgaccess.ByActivity
	}
	if !isText(url.Values{"q": {f.Search}}) {
		f.Search = ""
	}
	if all := []rune(f.Search); len(all) > maxSearch {
		f.Search = string(all[:maxSearch])
	}
	return f
}

// placeAsked reads the id of a department or wave.
func placeAsked(text string) int32 {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return orgaccess.Anywhere
	}
	return int32(n)
}

// memberAsked reads a member's ordinal, -1 for none.
func memberAsked(text string) int32 {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return -1
	}
	return int32(n)
}

// outcomeWord is an outcome as the address says it.
func outcomeWord(f orgaccess.Filter) string {
	switch {
	case f.Nothing:
		return outcomeNothing
	case f.Outcome == "":
		return outcomeAll
	case f.Outcome == orgaccess.Surprise:
		return ""
	}
	return string(f.Outcome)
}

func placeWord(id int32) string {
	if id == orgaccess.Anywhere {
		return ""
	}
	return strconv.Itoa(int(id))
}

// at is the address of a list with this filter, changed by the pairs of kv.
func (v accessView) at(path string, kv ...string) string {
	f, q := v.filter, url.Values{}
	sort := string(f.Sort)
	if f.Sort == orgaccess.ByActivity {
		sort = ""
	}
	for k, word := range map[string]string{
		"q": f.Search, "cause": string(f.Cause), "department": placeWord(f.Department), "wave": placeWord(f.Wave), "outcome": outcomeWord(f), "sort": sort,
	} {
		if word != "" {
			q.Set(k, word)
		}
	}
	return route.Change(path, q, kv...)
}

// outcomeNames are the outcomes as the list offers them.
var outcomeNames = []struct{ word, name string }{
	{"", "By surprise"}, {string(orgaccess.Planned), "As planned"}, {string(orgaccess.Keeps), "Keep Cowork"},
	{outcomeNothing, "Left with nothing"}, {string(orgaccess.NotKnown), "Not known"}, {outcomeAll, "Everybody"},
}

func (v accessView) outcomes() []ui.Choice {
	var out []ui.Choice
	for _, o := range outcomeNames {
		if o.word == string(orgaccess.NotKnown) && v.Run.NotKnown == 0 && v.filter.Outcome != orgaccess.NotKnown {
			continue
		}
		out = append(out, ui.Choice{Value: o.word, Label: o.name, Chosen: o.word == outcomeWord(v.filter)})
	}
	return out
}

func (v accessView) causeChoices() []ui.Choice {
	out := []ui.Choice{{Label: "Any", Chosen: v.filter.Cause == ""}}
	for _, c := range orgaccess.Causes() {
		out = append(out, ui.Choice{Value: string(c), Label: c.Title(), Chosen: c == v.filter.Cause})
	}
	return out
}

// placeChoices offers places; none is what those without one are called.
func placeChoices(places []orgaccess.Place, chosen int32, none string) []ui.Choice {
	out := []ui.Choice{{Label: "Any", Chosen: chosen == orgaccess.Anywhere}}
	if len(places) == 0 {
		return out
	}
	for _, p := range places {
		out = append(out, ui.Choice{Value: strconv.Itoa(int(p.ID)), Label: p.Name, Chosen: p.ID == chosen})
	}
	return append(out, ui.Choice{Value: "0", Label: none, Chosen: chosen == 0})
}
