package sandbox

import (
	"slices"
	"strings"

	"groundswell/internal/day"
)

// featureRow is the use of one thing of a catalogue: everybody's, or that of the
// people of one group.
type featureRow struct {
	i     int // in the catalogue
	use   *featureUse
	group *group // nil with grouped: of people in none
}

// featureRows lists what was used at all in the days that q asks for, by name
// and then by group.
func (w *world) featureRows(q *query, of func(*tally) []featureUse, name func(int) string) (rows []featureRow, grouped bool, p *problem) {
	period, p := q.days(w)
	if p != nil {
		return nil, false, p
	}
	if grouped, p = q.byGroup(); p != nil {
		return nil, false, p
	}
	add := func(t *tally, g *group) {
		for i := range of(t) {
			if use := &of(t)[i]; use.people > 0 {
				rows = append(rows, featureRow{i, use, g})
			}
		}
	}
	if !grouped {
		add(w.during(period), nil)
	} else {
		for n, t := range w.duringByGroup(period) {
			var g *group
			if n < len(w.groups) {
				g = &w.groups[n]
			}
			add(t, g)
		}
	}
	slices.SortStableFunc(rows, func(a, b featureRow) int { return strings.Compare(name(a.i), name(b.i)) })
	return rows, grouped, nil
}

// byGroup reads group_by[]: of the dimensions there are, only groups are doubled.
func (q *query) byGroup() (bool, *problem) {
	by := slices.Concat(q.Values["group_by[]"], q.Values["group_by"])
	switch {
	case len(by) == 0:
		return false, nil
	case len(by) == 1 && by[0] == "rbac_group_id":
		return true, nil
	}
	return false, invalid("group_by: only rbac_group_id is doubled")
}

// write writes a row; a grouped one says of which group it is.
func (r featureRow) write(b []byte, grouped bool, fill func([]byte) []byte) []byte {
	return object(b, func(b []byte) []byte {
		b = fill(b)
		switch {
		case !grouped:
			return b
		case r.group == nil:
			return raw(raw(b, "rbac_group_id", "null"), "rbac_group_name", "null")
		}
		return str(str(b, "rbac_group_id", r.group.id), "rbac_group_name", r.group.name)
	})
}

func officeZero(b []byte, field string) []byte {
	zero := `{"` + field + `":0}`
	return append(b, `,"office_metrics":{"excel":`+zero+`,"outlook":`+zero+`,"powerpoint":`+zero+`,"word":`+zero+`}`...)
}

func metric(b []byte, name, field string, v int) []byte {
	b = append(b, `,"`+name+`":{`...)
	b = append(b, `"`+field+`":`...)
	return append(count(b, "", v), '}')
}

func unifiedUse(b []byte, chatField, sessionField string, f *featureUse) []byte {
	b = append(b, `,"chat_cowork_unified_metrics":{"chat":{"`+chatField+`":`...)
	b = count(b, "", f.unifiedChat)
	b = append(b, `},"sessions":{"`+sessionField+`":`...)
	return append(count(b, "", f.unifiedSessions), '}', '}')
}

// skills writes /analytics/skills.
func (w *world) skills(q *query, b []byte) ([]byte, *problem) {
	rows, grouped, p := w.featureRows(q, func(t *tally) []featureUse { return t.skills }, func(i int) string { return skillCatalog[i].name })
	if p != nil {
		return b, p
	}
	const conversation, session = "distinct_conversation_skill_used_count", "distinct_session_skill_used_count"
	return q.paged(b, len(rows), 100, false, func(b []byte, n int) []byte {
		r := rows[n]
		f, s := r.use, skillCatalog[r.i]
		return r.write(b, grouped, func(b []byte) []byte {
			b = str(b, "skill_name", s.name)
			b = strOrNull(b, "skill_display_name", s.display)
			b = num(b, "distinct_user_count", f.people)
			b = metric(b, "chat_metrics", conversation, f.chat)
			b = metric(b, "claude_code_metrics", session, 0)
			b = metric(b, "cowork_metrics", session, f.cowork)
			b = officeZero(b, session)
			b = unifiedUse(b, conversation, session, f)
			b = num(b, "invocation_count", f.uses)
			b = raw(b, "enable_count", "null")
			b = strOrNull(b, "share_status", s.share)
			b = raw(b, "estimated_overage_spend", "null")
			b = str(b, "attributed_list_price", cents(int64(f.listCents)*10_000+int64(f.uses)*317))
			return str(b, "currency", "USD")
		})
	})
}

// connectors writes /analytics/connectors.
func (w *world) connectors(q *query, b []byte) ([]byte, *problem) {
	rows, grouped, p := w.featureRows(q, func(t *tally) []featureUse { return t.connectors }, func(i int) string { return connectorCatalog[i].name })
	if p != nil {
		return b, p
	}
	const conversation, session = "distinct_conversation_connector_used_count", "distinct_session_connector_used_count"
	return q.paged(b, len(rows), 100, false, func(b []byte, n int) []byte {
		r := rows[n]
		f, c := r.use, connectorCatalog[r.i]
		return r.write(b, grouped, func(b []byte) []byte {
			b = str(b, "connector_name", c.name)
			b = strOrNull(b, "connector_display_name", c.display)
			b = num(b, "distinct_user_count", f.people)
			b = metric(b, "chat_metrics", conversation, f.chat)
			b = metric(b, "claude_code_metrics", session, 0)
			b = metric(b, "cowork_metrics", session, f.cowork)
			b = officeZero(b, session)
			b = unifiedUse(b, conversation, session, f)
			b = num(b, "individual_auth_distinct_user_count", f.ownAuth)
			b = raw(b, "managed_auth_distinct_user_count", "null")
			b = num(b, "read_call_count", f.reads)
			b = num(b, "write_call_count", f.writes)
			return num(b, "unclassified_call_count", f.unclassified)
		})
	})
}

// pluginUse writes /analytics/plugins: nothing before the organization was enabled.
func (w *world) pluginUse(q *query, b []byte) ([]byte, *problem) {
	rows, grouped, p := w.featureRows(q, func(t *tally) []featureUse { return t.plugins }, func(i int) string { return pluginCatalog[i].name })
	if p != nil {
		return b, p
	}
	const session = "distinct_session_plugin_used_count"
	return q.paged(b, len(rows), 100, false, func(b []byte, n int) []byte {
		r := rows[n]
		f, c := r.use, pluginCatalog[r.i]
		return r.write(b, grouped, func(b []byte) []byte {
			b = str(b, "plugin_name", c.name)
			b = strOrNull(b, "plugin_id", c.id)
			b = num(b, "distinct_user_count", f.people)
			b = num(b, "install_count", f.installs)
			b = num(b, "invocation_count", f.uses)
			b = metric(b, "claude_code_metrics", session, 0)
			b = metric(b, "cowork_metrics", session, f.cowork)
			return metric(b, "chat_cowork_unified_metrics", session, f.unifiedSessions)
		})
	})
}

// artifacts writes /analytics/artifacts: the whole cube of one day on one page.
func (w *world) artifacts(q *query, b []byte) ([]byte, *problem) {
	if q.Get("date") == "" {
		return b, invalid("date: Field required")
	}
	if grouped, p := q.byGroup(); p != nil || grouped {
		return b, invalid("group_by: artifacts are doubled without groups")
	}
	period, p := q.days(w)
	if p != nil {
		return b, p
	}
	t := w.during(period)
	b = append(b, `{"data":[`...)
	first := true
	for kind := range t.artifacts {
		for shared := range 2 {
			a := &t.artifacts[kind][shared]
			if a.created == 0 {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = object(b, func(b []byte) []byte {
				b = str(b, "artifact_type", artifactTypes[kind])
				b = num(b, "artifacts_created_count", a.created)
				b = num(b, "distinct_user_count", a.people)
				b = boolean(b, "is_shared", shared == 1)
				return num(b, "published_artifacts_created_count", min(a.published, a.created))
			})
		}
	}
	return closePage(b, ""), nil
}

// summaries writes /analytics/summaries: every day of the range on one page.
func (w *world) summaries(q *query, b []byte) ([]byte, *problem) {
	if q.Get("starting_date") == "" {
		return b, invalid("starting_date: Field required")
	}
	period, p := q.dayRange(w)
	if p != nil {
		return b, p
	}
	b = append(b, `{"data":[`...)
	for d := period.From; d <= period.To; d++ {
		if d > period.From {
			b = append(b, ',')
		}
		b = w.summary(b, d)
	}
	return closePage(b, ""), nil
}

func (w *world) summary(b []byte, d day.Date) []byte {
	seats := w.seats(d)
	active := func(days int, of func(*tally) bitset) int {
		sets := make([]bitset, 0, days)
		for back := range day.Date(days) {
			if d-back >= FirstDay {
				sets = append(sets, of(w.on(d-back)))
			}
		}
		return union(sets)
	}
	rolling := func(b []byte, product string, of func(*tally) bitset, month int) []byte {
		b = num(b, product+"daily_active_user_count", active(1, of))
		b = num(b, product+"weekly_active_user_count", active(7, of))
		return num(b, product+"monthly_active_user_count", active(month, of))
	}
	anyone := func(t *tally) bitset { return t.any }
	return object(b, func(b []byte) []byte {
		b = at(b, "starting_at", d, 0)
		b = at(b, "ending_at", d+1, 0)
		b = num(b, "assigned_seat_count", seats)
		b = num(b, "pending_invite_count", w.pending(d))
		b = rolling(b, "", anyone, 30)
		b = rate(b, "daily_adoption_rate", active(1, anyone), seats)
		b = rate(b, "weekly_adoption_rate", active(7, anyone), seats)
		b = rate(b, "monthly_adoption_rate", active(30, anyone), seats)
		b = rolling(b, "cowork_", func(t *tally) bitset { return t.cowork }, 30)
		b = rolling(b, "chat_cowork_unified_", func(t *tally) bitset { return t.unified }, 28)
		b = rolling(b, "chat_", func(t *tally) bitset { return t.chat }, 30)
		b = rolling(b, "claude_code_", func(t *tally) bitset { return t.code }, 30)
		b = rolling(b, "office_agent_", func(t *tally) bitset { return t.office }, 30)
		for _, none := range []string{"claude_design_", "science_"} {
			for _, span := range []string{"daily", "weekly", "monthly"} {
				b = num(b, none+span+"_active_user_count", 0)
			}
		}
		return num(b, "science_entitled_user_count", 0)
	})
}

// rate writes a percentage with two decimals.
func rate(b []byte, name string, n, of int) []byte {
	if of == 0 {
		return raw(b, name, "0.0")
	}
	hundredths := n * 10_000 / of
	b = num(b, name, hundredths/100)
	b = append(b, '.')
	return twoDigits(b, hundredths%100)
}
