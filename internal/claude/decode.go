package claude

import (
	"errors"
	"fmt"
	"math"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// maxUnknown bounds how many unknown names one page can make us remember.
const maxUnknown = 100

// decoding is the state of turning one page into facts.
type decoding struct {
	unit  pull.Unit
	facts *pull.Facts
	seen  map[string]struct{}
	place map[string]int // of people in facts.Usage
	err   error          // the first thing that makes no sense; ends the page
}

// decode turns the body of a page into facts and the cursor of the next page.
func decode(u pull.Unit, body []byte) (pull.Facts, string, error) {
	var facts pull.Facts
	d := &decoding{unit: u, facts: &facts, seen: map[string]struct{}{}}
	next, err := d.page(body)
	if err == nil {
		err = d.err
	}
	if err != nil {
		return pull.Facts{}, "", err
	}
	return facts, next, nil
}

// page picks the decoder of the unit.
func (d *decoding) page(body []byte) (next string, err error) {
	switch u := d.unit; {
	case u.Source == pull.Users:
		return d.users(body)
	case u.Source == pull.Members:
		return listing(d, body, (*decoding).member)
	case u.Source == pull.Invites:
		return listing(d, body, (*decoding).invite)
	case u.Source == pull.Groups && u.Key == unitList:
		return listing(d, body, (*decoding).group)
	case u.Source == pull.Groups:
		return listing(d, body, (*decoding).groupMember)
	case u.Source == pull.Roles && u.Key == unitList:
		return listing(d, body, (*decoding).role)
	case u.Source == pull.Roles:
		return d.permissions(body)
	case u.Source == pull.Spend && u.Key == unitLimits:
		return listing(d, body, (*decoding).spendLimit)
	case u.Source == pull.Spend:
		return listing(d, body, (*decoding).effectiveLimit)
	case u.Source == pull.Catalog && u.Key == unitPlugins:
		return listing(d, body, (*decoding).catalogPlugin)
	case u.Source == pull.Catalog:
		return listing(d, body, (*decoding).marketplace)
	}
	return d.analytics(body)
}

func (d *decoding) analytics(body []byte) (next string, err error) {
	switch d.unit.Source {
	case pull.Summaries:
		return listing(d, body, (*decoding).summary)
	case pull.Skills:
		return listing(d, body, (*decoding).skill)
	case pull.Connectors:
		return listing(d, body, (*decoding).connector)
	case pull.Plugins:
		return listing(d, body, (*decoding).plugin)
	case pull.Artifacts:
		return listing(d, body, (*decoding).artifact)
	case pull.Cost:
		return listing(d, body, (*decoding).costBucket)
	}
	return "", fmt.Errorf("unknown source %q", d.unit.Source)
}

// envelope is what surrounds the rows of every listing: a cursor in next_page, or
// has_more and last_id, or (reports) next_page and has_more.
type envelope struct {
	Type     string  `json:"type"`
	NextPage *string `json:"next_page"`
	HasMore  *bool   `json:"has_more"`
	LastID   *string `json:"last_id"`
}

var envelopeFields = words("type data next_page has_more last_id first_id prev_page data_refreshed_at request_id")

// next is the cursor of the following page. Only the cursor ends a listing: a
// page may be short or empty and still have a successor.
func (e envelope) next(byID bool) (string, error) {
	more := e.HasMore != nil && *e.HasMore
	if byID {
		if !more {
			return "", nil
		}
		return named(e.LastID)
	}
	if e.NextPage != nil && *e.NextPage != "" {
		return *e.NextPage, nil
	}
	if more {
		return named(nil)
	}
	return "", nil
}

func named(cursor *string) (string, error) {
	if cursor == nil || *cursor == "" {
		return "", errors.New("there are more pages, but no cursor leads to them")
	}
	return *cursor, nil
}

func byID(u pull.Unit) bool { return u.Source == pull.Members || u.Source == pull.Invites }

// rest collects the fields of a row that its type does not name.
type rest struct {
	Rest jsontext.Value `json:",unknown"`
}

func (r rest) unnamed() jsontext.Value { return r.Rest }

// listing decodes a page whose rows are T and gives each to take.
func listing[T interface{ unnamed() jsontext.Value }](d *decoding, body []byte, take func(*decoding, *T)) (string, error) {
	var p struct {
		envelope
		Data []T `json:"data"`
		rest
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return "", fmt.Errorf("decode: %w", withoutValues(err))
	}
	if p.Data == nil {
		return "", errors.New("the page has no data")
	}
	d.unknownFields(envelopeFields, p.Rest)
	for i := range p.Data {
		d.facts.Rows++
		d.unknownFields(passedOver, p.Data[i].unnamed())
		if take(d, &p.Data[i]); d.err != nil {
			return "", fmt.Errorf("row %d: %w", i+1, d.err)
		}
	}
	return p.next(byID(d.unit))
}

// withoutValues drops a decoder's quotations of the body, which may be personal data.
func withoutValues(err error) error {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return fmt.Errorf("a %v at %s does not fit", semantic.JSONKind, semantic.JSONPointer)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d", syntax.ByteOffset)
	}
	return errors.New("not JSON of the expected shape")
}

func (d *decoding) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// id returns a required identifier and fails when it is absent or appeared on this page before.
func (d *decoding) id(field string, parts ...string) string {
	key := strings.Join(parts, "\x00")
	if strings.Trim(key, "\x00") == "" {
		d.fail("%s is missing", field)
		return ""
	}
	if _, twice := d.seen[key]; twice {
		d.fail("the same %s is listed twice", field)
	}
	d.seen[key] = struct{}{}
	return parts[0]
}

// count turns a number that may be null or absent into a Count.
func (d *decoding) count(n *int64) adoption.Count {
	switch {
	case n == nil:
		return adoption.Unreported
	case *n < 0 || *n > math.MaxInt32:
		d.fail("a count of %d is out of range", *n)
		return adoption.Unreported
	}
	return adoption.Count(*n)
}

// amount checks a decimal string of cents. Null stays null.
func (d *decoding) amount(s *string) *string {
	if s == nil {
		return nil
	}
	if _, err := adoption.ParseCents(*s); err != nil {
		d.fail("an amount of money is not a decimal number")
	}
	return s
}

// inUnit fails when a row is about a day that was not asked for.
func (d *decoding) inUnit(on day.Date) {
	if on < d.unit.From || on > d.unit.To {
		d.fail("a row is about %s, which was not asked for", on)
	}
}

// enum keeps any value and counts one that is not known.
func (d *decoding) enum(what, value string, known map[string]bool) string {
	if value != "" && !known[value] {
		d.unknown(what, value)
	}
	return value
}

func (d *decoding) unknownFields(known map[string]bool, obj []byte) {
	for name := range members(obj) {
		if !known[string(name)] {
			d.unknown("field", string(name))
		}
	}
}

func (d *decoding) unknown(what, name string) {
	const longest = 64
	key := what + ":" + name[:min(len(name), longest)]
	m := d.facts.Unknown
	if m == nil {
		m = map[string]int{}
		d.facts.Unknown = m
	}
	if _, known := m[key]; known || len(m) < maxUnknown {
		m[key]++
	}
}

// words is a set of names, written in one line.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// passedOver are the fields of rows that we know of and do not need.
var passedOver = words(`type created_at updated_at created_by deleted owner description components content_scan
	latest_version_id served_version_id served_version_pinned manifest_version reach display_name
	organization_installation_preference_inherited default_installation_preference
	last_sync_ended_at last_sync_read_sha sync_status accepted_at rbac_group_ids
	currency list_amount spend_limit_id scope
	chat_metrics claude_code_metrics office_metrics design_metrics science_metrics
	attributed_list_price estimated_overage_spend enable_count invocation_count install_count share_status
	managed_auth_distinct_user_count read_call_count write_call_count unclassified_call_count
	artifacts_created_count published_artifacts_created_count
	product rbac_group_id rbac_group_name user_id
	daily_adoption_rate weekly_adoption_rate monthly_adoption_rate ending_at
	chat_daily_active_user_count chat_weekly_active_user_count chat_monthly_active_user_count
	claude_code_daily_active_user_count claude_code_weekly_active_user_count claude_code_monthly_active_user_count
	claude_design_daily_active_user_count claude_design_weekly_active_user_count claude_design_monthly_active_user_count
	office_agent_daily_active_user_count office_agent_weekly_active_user_count office_agent_monthly_active_user_count
	science_daily_active_user_count science_weekly_active_user_count science_monthly_active_user_count
	science_entitled_user_count`)

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
