package claude

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// The users source is read for every member and day, so its decoder makes no
// object of a row: the JSON is checked once, row by row, and a row's counters are
// read where they lie.

// users decodes a page of per-member activity.
func (d *decoding) users(body []byte) (next string, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body))
	var page envelope
	hasData := false
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return "", fmt.Errorf("decode: %w", withoutValues(err))
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return "", withoutValues(err)
		}
		if name := name.String(); name == "data" {
			hasData = true
			err = d.userRows(dec)
		} else {
			err = d.envelopeField(dec, name, &page)
		}
		if err != nil {
			return "", err
		}
	}
	if err := atEnd(dec); err != nil {
		return "", err
	}
	if !hasData {
		return "", errors.New("the page has no data")
	}
	return page.next(false)
}

// atEnd reads the closing brace and fails when anything follows it.
func atEnd(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); err != nil {
		return fmt.Errorf("decode: %w", withoutValues(err))
	}
	if dec.PeekKind() != 0 {
		return errors.New("decode: something follows the page")
	}
	return nil
}

func (d *decoding) envelopeField(dec *jsontext.Decoder, name string, page *envelope) (err error) {
	switch name {
	case "next_page":
		err = json.UnmarshalDecode(dec, &page.NextPage)
	case "has_more":
		err = json.UnmarshalDecode(dec, &page.HasMore)
	default:
		if !envelopeFields[name] {
			d.unknown("field", name)
		}
		err = dec.SkipValue()
	}
	if err != nil {
		return fmt.Errorf("decode %s: %w", name, withoutValues(err))
	}
	return nil
}

func (d *decoding) userRows(dec *jsontext.Decoder) error {
	if t, err := dec.ReadToken(); err != nil {
		return fmt.Errorf("decode: %w", withoutValues(err))
	} else if t.Kind() != '[' {
		return errors.New("decode: data is no list")
	}
	for dec.PeekKind() == '{' {
		row, err := dec.ReadValue()
		if err != nil {
			return fmt.Errorf("decode: %w", withoutValues(err))
		}
		d.facts.Rows++
		if d.userRow(row); d.err != nil {
			return fmt.Errorf("row %d: %w", d.facts.Rows, d.err)
		}
	}
	if t, err := dec.ReadToken(); err != nil {
		return fmt.Errorf("decode: %w", withoutValues(err))
	} else if t.Kind() != ']' {
		return errors.New("decode: a row is no object")
	}
	return nil
}

// userRow reads one member's day. row is valid JSON.
func (d *decoding) userRow(row []byte) {
	var u adoption.Usage
	cowork, sessions := unreportedCounters(), unreportedCounters()
	signedIn := false
	for name, v := range members(row) {
		switch string(name) {
		case "user":
			u.UserID, u.Email = d.userOf(v)
		case "cowork_metrics":
			signedIn = d.coworkCounters(v, &cowork) || signedIn
		case "chat_cowork_unified_metrics":
			signedIn = d.unifiedCounters(v, &sessions, &u.Unified) || signedIn
		case "chat_metrics", "claude_code_metrics", "office_metrics", "design_metrics", "science_metrics":
			signedIn = d.anyAboveZero(v) || signedIn
		case "web_search_count":
			signedIn = d.number(v) > 0 || signedIn
		case "last_activity_date":
			d.sameDay(v)
		case "distinct_user_count", "rbac_group_id", "rbac_group_name": // of grouped rows only
		default:
			d.unknown("field", string(name))
			signedIn = d.anyAboveZero(v) || signedIn
		}
	}
	if u.UserID == "" {
		d.fail("user id is missing")
	}
	unified := u.Unified
	u.Activity = cowork.plus(sessions)
	u.SignedIn, u.Unified = signedIn, unified
	d.keepLast(u)
}

// keepLast adds a member's day. A member that the page names again, because the
// listing moved under its reader, counts once, as it came last.
func (d *decoding) keepLast(u adoption.Usage) {
	if d.place == nil {
		d.place = map[string]int{}
	}
	if i, twice := d.place[u.UserID]; twice {
		d.facts.Usage[i] = u
		return
	}
	d.place[u.UserID] = len(d.facts.Usage)
	d.facts.Usage = append(d.facts.Usage, u)
}

func (d *decoding) userOf(v []byte) (id, email string) {
	for name, v := range members(v) {
		switch string(name) {
		case "id":
			id = d.text(v)
		case "email_address":
			email = d.text(v)
		}
	}
	return id, email
}

// text is a string, "" for null.
func (d *decoding) text(v []byte) string {
	if isNull(v) {
		return ""
	}
	if v[0] != '"' {
		d.fail("a text is no text")
		return ""
	}
	if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	out, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		d.fail("a text is no text")
	}
	return string(out)
}

func isNull(v []byte) bool { return len(v) == 4 && v[0] == 'n' }

// sameDay fails when the row is about another day than the one asked for.
func (d *decoding) sameDay(v []byte) {
	if s := d.text(v); s != "" {
		on, err := day.Parse(s)
		if err != nil {
			d.fail("last_activity_date is no day")
			return
		}
		d.inUnit(on)
	}
}

// counters are the seven numbers of a member's day that metrics are made of.
type counters struct{ adoption.Activity }

func unreportedCounters() counters {
	const none = adoption.Unreported
	return counters{adoption.Activity{Sessions: none, Actions: none, Messages: none, DispatchTurns: none,
		Connectors: none, Skills: none, Plugins: none}}
}

func (c counters) plus(o counters) adoption.Activity {
	return adoption.Activity{
		Sessions:      c.Sessions.Plus(o.Sessions),
		Actions:       c.Actions.Plus(o.Actions),
		Messages:      c.Messages.Plus(o.Messages),
		DispatchTurns: c.DispatchTurns.Plus(o.DispatchTurns),
		Connectors:    c.Connectors.Plus(o.Connectors),
		Skills:        c.Skills.Plus(o.Skills),
		Plugins:       c.Plugins.Plus(o.Plugins),
	}
}

// coworkCounters reads cowork_metrics or the unified sessions, which have the
// same fields, and reports whether any number in it is above zero.
func (d *decoding) coworkCounters(obj []byte, c *counters) (above bool) {
	d.object(obj)
	for name, v := range members(obj) {
		if v[0] == '{' || v[0] == '[' {
			above = d.anyAboveZero(v) || above
			continue
		}
		n := adoption.Unreported
		if isCount(name) {
			n = d.number(v)
			above = above || n > 0
		}
		switch string(name) {
		case "distinct_session_count":
			c.Sessions = n
		case "action_count":
			c.Actions = n
		case "message_count":
			c.Messages = n
		case "dispatch_turn_count":
			c.DispatchTurns = n
		case "connectors_used_count":
			c.Connectors = n
		case "skills_used_count":
			c.Skills = n
		case "plugins_used_count":
			c.Plugins = n
		case "artifacts_created_count", "distinct_connectors_used_count", "distinct_skills_used_count",
			"distinct_plugins_used_count", "edit_tool_count", "file_edit_count", "multi_edit_tool_count",
			"notebook_edit_tool_count", "sessions_with_file_edits_count", "write_tool_count":
		default:
			d.unknown("field", string(name))
		}
	}
	return above
}

// unifiedCounters reads both halves of chat_cowork_unified_metrics. Only its
// sessions are Cowork; its chat is a sign of life like any other.
func (d *decoding) unifiedCounters(obj []byte, c *counters, unified *bool) (above bool) {
	d.object(obj)
	for name, v := range members(obj) {
		if string(name) == "sessions" {
			*unified = d.coworkCounters(v, c)
			above = *unified || above
			continue
		}
		above = d.anyAboveZero(v) || above
	}
	return above
}

// object fails on anything but an object or null.
func (d *decoding) object(v []byte) {
	if v[0] != '{' && !isNull(v) {
		d.fail("metrics are no object")
	}
}

// anyAboveZero reports whether any counter in v, at any depth, is above zero.
// A counter that is not a whole number in range fails the page.
func (d *decoding) anyAboveZero(v []byte) (above bool) {
	for name, v := range members(v) {
		switch {
		case v[0] == '{':
			above = d.anyAboveZero(v) || above
		case isCount(name):
			above = d.number(v) > 0 || above
		}
	}
	return above
}

func isCount(name []byte) bool {
	const suffix = "_count"
	return len(name) > len(suffix) && string(name[len(name)-len(suffix):]) == suffix
}

// number reads a count, Unreported for null.
func (d *decoding) number(v []byte) adoption.Count {
	if len(v) == 1 && v[0]-'0' <= 9 {
		return adoption.Count(v[0] - '0')
	}
	if isNull(v) {
		return adoption.Unreported
	}
	n := int64(0)
	for _, c := range v {
		if c-'0' > 9 || n > math.MaxInt32 {
			n = math.MaxInt64
			break
		}
		n = n*10 + int64(c-'0')
	}
	if n > math.MaxInt32 {
		d.fail("a count is not a whole number from 0 to %d", math.MaxInt32)
		return adoption.Unreported
	}
	return adoption.Count(n)
}
