package sandbox

import (
	"strconv"

	"groundswell/internal/day"
)

// userActivity writes a page of /analytics/users, sorted by address. The
// second page is short, as pages may be.
func (w *world) userActivity(q *query, b []byte) ([]byte, *problem) {
	period, p := q.days(w)
	if p != nil {
		return b, p
	}
	limit, p := q.limit(100, pageMax)
	if p != nil {
		return b, p
	}
	from, _, p := q.at()
	if p != nil {
		return b, p
	}
	if from > 0 {
		limit -= limit / 10
	}
	b = append(b, `{"data":[`...)
	rows, next := 0, ""
	var u usage
	for n := from; n < len(w.byEmail); n++ {
		i := w.byEmail[n]
		if !w.over(i, period, &u) {
			continue
		}
		if rows == limit {
			next = q.cursor(n, false)
			break
		}
		if rows > 0 {
			b = append(b, ',')
		}
		b = w.userRow(b, &w.people[i], period, &u)
		rows++
	}
	return closePage(b, next), nil
}

// over works out what person i did in a period.
func (w *world) over(i int32, period day.Period, u *usage) bool {
	if period.From == period.To {
		return w.use(i, period.From, u)
	}
	*u = usage{}
	any := false
	var one usage
	for d := max(period.From, w.people[i].signedIn); d <= period.To; d++ {
		if w.use(i, d, &one) {
			u.add(&one)
			any = true
		}
	}
	return any
}

const (
	zeroChat     = `{"connectors_used_count":0,"distinct_artifacts_created_count":0,"distinct_connectors_used_count":0,"distinct_conversation_count":0,"distinct_files_uploaded_count":0,"distinct_projects_created_count":0,"distinct_projects_used_count":0,"distinct_shared_artifacts_viewed_count":0,"distinct_skills_used_count":0,"message_count":0,"shared_conversations_viewed_count":0,"thinking_message_count":0}`
	zeroUnified  = `{"connectors_used_count":0,"distinct_artifacts_created_count":0,"distinct_connectors_used_count":0,"distinct_conversation_count":0,"distinct_files_uploaded_count":0,"distinct_projects_created_count":0,"distinct_projects_used_count":0,"distinct_shared_artifacts_viewed_count":null,"distinct_skills_used_count":0,"message_count":0,"shared_conversations_viewed_count":0,"thinking_message_count":0}`
	zeroCode     = `{"core_metrics":{"artifacts_created_count":0,"commit_count":0,"distinct_session_count":0,"lines_of_code":{"added_count":0,"removed_count":0},"pull_request_count":0},"tool_actions":{"edit_tool":{"accepted_count":0,"rejected_count":0},"multi_edit_tool":{"accepted_count":0,"rejected_count":0},"notebook_edit_tool":{"accepted_count":0,"rejected_count":0},"write_tool":{"accepted_count":0,"rejected_count":0}}}`
	zeroOffice   = `{"connectors_used_count":0,"distinct_connectors_used_count":0,"distinct_session_count":0,"distinct_skills_used_count":0,"message_count":0,"skills_used_count":0}`
	otherOffice  = `,"powerpoint":` + zeroOffice + `,"word":` + zeroOffice + `}`
	noOffice     = `{"excel":` + zeroOffice + `,"outlook":` + zeroOffice + otherOffice
	zeroElse     = `,"design_metrics":{"distinct_projects_created_count":0,"distinct_projects_used_count":0,"distinct_session_count":0,"message_count":0},"science_metrics":{"delegation_count":0,"distinct_session_count":0,"message_count":0,"remote_compute_job_count":0,"skills_used_count":0}`
	fileEditNull = `,"edit_tool_count":null,"file_edit_count":null,"multi_edit_tool_count":null,"notebook_edit_tool_count":null,"sessions_with_file_edits_count":null,"write_tool_count":null`
)

// userRow writes one row in its full shape.
func (w *world) userRow(b []byte, p *person, period day.Period, u *usage) []byte {
	b = append(b, `{"user":{"type":"user"`...)
	b = str(b, "id", p.id)
	b = strOrNull(b, "email_address", p.email)
	b = append(b, `},"chat_metrics":`...)
	b = chatMetrics(b, &u.chat, zeroChat, "0")
	b = append(b, `,"claude_code_metrics":`...)
	b = codeMetrics(b, &u.code)
	plugins := period.To >= w.pluginsFrom()
	b = append(b, `,"cowork_metrics":`...)
	b = sessionMetrics(b, &u.cowork, plugins)
	b = append(b, `,"office_metrics":`...)
	b = officeMetrics(b, u)
	b = append(b, zeroElse...)
	b = num(b, "web_search_count", u.searches)
	b = append(b, `,"chat_cowork_unified_metrics":{"chat":`...)
	b = chatMetrics(b, &u.unifiedChat, zeroUnified, "null")
	b = append(b, `,"sessions":`...)
	b = sessionMetrics(b, &u.unified, plugins)
	b = append(b, '}')
	b = append(b, `,"distinct_user_count":null,"last_activity_date":`...)
	if u.last == 0 {
		return append(b, `null}`...)
	}
	b = append(b, '"')
	b = u.last.Time().AppendFormat(b, "2006-01-02")
	return append(b, '"', '}')
}

func chatMetrics(b []byte, c *chatUse, zero, sharedArtifacts string) []byte {
	if *c == (chatUse{}) {
		return append(b, zero...)
	}
	b = count(b, `{"connectors_used_count":`, c.connectors)
	b = count(b, `,"distinct_artifacts_created_count":`, c.artifacts)
	b = count(b, `,"distinct_connectors_used_count":`, c.connectorKinds)
	b = count(b, `,"distinct_conversation_count":`, c.conversations)
	b = count(b, `,"distinct_files_uploaded_count":`, c.files)
	b = count(b, `,"distinct_projects_created_count":`, c.projectsMade)
	b = count(b, `,"distinct_projects_used_count":`, c.projects)
	b = raw(b, "distinct_shared_artifacts_viewed_count", sharedArtifacts)
	b = count(b, `,"distinct_skills_used_count":`, c.skillKinds)
	b = count(b, `,"message_count":`, c.messages)
	b = count(b, `,"shared_conversations_viewed_count":`, c.sharedViews)
	b = count(b, `,"thinking_message_count":`, c.thinking)
	return append(b, '}')
}

func sessionMetrics(b []byte, s *sessionUse, plugins bool) []byte {
	b = count(b, `{"action_count":`, s.actions)
	b = count(b, `,"artifacts_created_count":`, s.artifacts)
	b = count(b, `,"connectors_used_count":`, s.connectors)
	b = count(b, `,"dispatch_turn_count":`, s.dispatch)
	b = count(b, `,"distinct_connectors_used_count":`, s.connectorKinds)
	b = count(b, `,"distinct_session_count":`, s.sessions)
	b = count(b, `,"distinct_skills_used_count":`, s.skillKinds)
	b = count(b, `,"message_count":`, s.messages)
	b = count(b, `,"skills_used_count":`, s.skills)
	if plugins {
		b = count(b, `,"distinct_plugins_used_count":`, s.pluginKinds)
		b = count(b, `,"plugins_used_count":`, s.plugins)
	} else {
		b = append(b, `,"distinct_plugins_used_count":null,"plugins_used_count":null`...)
	}
	b = append(b, fileEditNull...)
	return append(b, '}')
}

func codeMetrics(b []byte, c *codeUse) []byte {
	if *c == (codeUse{}) {
		return append(b, zeroCode...)
	}
	b = count(b, `{"core_metrics":{"artifacts_created_count":`, c.artifacts)
	b = count(b, `,"commit_count":`, c.commits)
	b = count(b, `,"distinct_session_count":`, c.sessions)
	b = count(b, `,"lines_of_code":{"added_count":`, c.added)
	b = count(b, `,"removed_count":`, c.removed)
	b = count(b, `},"pull_request_count":`, c.pulls)
	b = count(b, `},"tool_actions":{"edit_tool":{"accepted_count":`, c.edits)
	b = count(b, `,"rejected_count":`, c.editsRefused)
	b = append(b, `},"multi_edit_tool":{"accepted_count":0,"rejected_count":0},"notebook_edit_tool":{"accepted_count":0,"rejected_count":0}`...)
	b = count(b, `,"write_tool":{"accepted_count":`, c.writes)
	return append(b, `,"rejected_count":0}}}`...)
}

func officeMetrics(b []byte, u *usage) []byte {
	if u.excel == (officeUse{}) && u.outlook == (officeUse{}) {
		return append(b, noOffice...)
	}
	b = append(b, `{"excel":`...)
	b = officeProduct(b, u.excel)
	b = append(b, `,"outlook":`...)
	b = officeProduct(b, u.outlook)
	return append(b, otherOffice...)
}

func officeProduct(b []byte, o officeUse) []byte {
	b = count(b, `{"connectors_used_count":0,"distinct_connectors_used_count":0,"distinct_session_count":`, o.sessions)
	b = count(b, `,"distinct_skills_used_count":`, min(1, o.skills))
	b = count(b, `,"message_count":`, o.messages)
	b = count(b, `,"skills_used_count":`, o.skills)
	return append(b, '}')
}

func count(b []byte, name string, v int) []byte {
	return strconv.AppendInt(append(b, name...), int64(v), 10)
}
