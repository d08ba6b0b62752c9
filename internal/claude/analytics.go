package claude

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

type summaryRow struct {
	StartingAt     *time.Time `json:"starting_at"`
	AssignedSeats  *int64     `json:"assigned_seat_count"`
	PendingInvites *int64     `json:"pending_invite_count"`
	Daily          *int64     `json:"daily_active_user_count"`
	Weekly         *int64     `json:"weekly_active_user_count"`
	Monthly        *int64     `json:"monthly_active_user_count"`
	CoworkDaily    *int64     `json:"cowork_daily_active_user_count"`
	CoworkWeekly   *int64     `json:"cowork_weekly_active_user_count"`
	CoworkMonthly  *int64     `json:"cowork_monthly_active_user_count"`
	UnifiedDaily   *int64     `json:"chat_cowork_unified_daily_active_user_count"`
	UnifiedWeekly  *int64     `json:"chat_cowork_unified_weekly_active_user_count"`
	UnifiedMonthly *int64     `json:"chat_cowork_unified_monthly_active_user_count"`
	rest
}

func (d *decoding) summary(r *summaryRow) {
	on := d.startOf(r.StartingAt)
	d.id("day", on.String())
	d.facts.Summaries = append(d.facts.Summaries, adoption.Summary{
		Day:            on,
		AssignedSeats:  d.count(r.AssignedSeats),
		PendingInvites: d.count(r.PendingInvites),
		DailyActive:    d.count(r.Daily),
		WeeklyActive:   d.count(r.Weekly),
		MonthlyActive:  d.count(r.Monthly),
		CoworkDaily:    d.count(r.CoworkDaily),
		CoworkWeekly:   d.count(r.CoworkWeekly),
		CoworkMonthly:  d.count(r.CoworkMonthly),
		UnifiedDaily:   d.count(r.UnifiedDaily),
		UnifiedWeekly:  d.count(r.UnifiedWeekly),
		UnifiedMonthly: d.count(r.UnifiedMonthly),
	})
}

// startOf is the day a row begins on, which must be one that was asked for.
func (d *decoding) startOf(t *time.Time) day.Date {
	if t == nil {
		d.fail("starting_at is missing")
		return day.None
	}
	on := day.FromTime(*t)
	d.inUnit(on)
	return on
}

// sessionUse is the use of one feature within a product: the one field that a
// skill, a connector or a plugin has there.
type sessionUse struct {
	Skill     *int64 `json:"distinct_session_skill_used_count"`
	Connector *int64 `json:"distinct_session_connector_used_count"`
	Plugin    *int64 `json:"distinct_session_plugin_used_count"`
}

func (u *sessionUse) of(kind adoption.FeatureKind) *int64 {
	switch {
	case u == nil:
		return nil
	case kind == adoption.Skill:
		return u.Skill
	case kind == adoption.Connector:
		return u.Connector
	}
	return u.Plugin
}

// featureUse is what skills, connectors and plugins report alike. A plugin's
// unified use has no sessions level. Group is there, null for people in none,
// where the rows were asked for by group.
type featureUse struct {
	Group   jsontext.Value `json:"rbac_group_id"`
	Users   *int64         `json:"distinct_user_count"`
	Cowork  *sessionUse    `json:"cowork_metrics"`
	Unified *struct {
		Sessions *sessionUse `json:"sessions"`
		Plugin   *int64      `json:"distinct_session_plugin_used_count"`
	} `json:"chat_cowork_unified_metrics"`
}

func (d *decoding) sessions(u *featureUse, kind adoption.FeatureKind) adoption.Count {
	cowork := d.count(u.Cowork.of(kind))
	if u.Unified == nil {
		return cowork
	}
	unified := u.Unified.Sessions.of(kind)
	if kind == adoption.Plugin && unified == nil {
		unified = u.Unified.Plugin
	}
	return cowork.Plus(d.count(unified))
}

// feature adds one row. Invocations are reported over all products only, so what
// Cowork's share of them is stays unreported.
func (d *decoding) feature(kind adoption.FeatureKind, key, name string, u *featureUse) *adoption.Feature {
	if name == "" {
		name = key
	}
	f := adoption.Feature{
		Day:            d.unit.From,
		Kind:           kind,
		Name:           name,
		Users:          d.count(u.Users),
		CoworkSessions: d.sessions(u, kind),
		CoworkUses:     adoption.Unreported,
		OwnAuthUsers:   adoption.Unreported,
	}
	if d.unit.Grouped() && !d.groupOf(u, &f) {
		return &f // of people in no group
	}
	if key == "" {
		d.fail("%s name is missing", kind)
	}
	f.Key = d.id(string(kind)+" name", key, f.Group)
	d.facts.Features = append(d.facts.Features, f)
	return &d.facts.Features[len(d.facts.Features)-1]
}

// groupOf reads whose use a row is; false for people in no group. A row that
// says nothing of groups means that the API did not group.
func (d *decoding) groupOf(u *featureUse, f *adoption.Feature) bool {
	if u.Group == nil {
		d.fail("a row asked for by group names none")
		return false
	}
	f.Group = d.text(u.Group)
	return f.Group != ""
}

type skillRow struct {
	Name        string  `json:"skill_name"`
	DisplayName *string `json:"skill_display_name"`
	featureUse
	rest
}

func (d *decoding) skill(r *skillRow) {
	d.feature(adoption.Skill, r.Name, value(r.DisplayName), &r.featureUse)
}

type connectorRow struct {
	Name        string  `json:"connector_name"`
	DisplayName *string `json:"connector_display_name"`
	OwnAuth     *int64  `json:"individual_auth_distinct_user_count"`
	featureUse
	rest
}

func (d *decoding) connector(r *connectorRow) {
	d.feature(adoption.Connector, r.Name, value(r.DisplayName), &r.featureUse).OwnAuthUsers = d.count(r.OwnAuth)
}

type pluginRow struct {
	ID   *string `json:"plugin_id"`
	Name string  `json:"plugin_name"`
	featureUse
	rest
}

func (d *decoding) plugin(r *pluginRow) {
	key := value(r.ID)
	if key == "" {
		key = r.Name
	}
	d.feature(adoption.Plugin, key, r.Name, &r.featureUse)
}

type artifactRow struct {
	Type   string `json:"artifact_type"`
	Shared bool   `json:"is_shared"`
	Users  *int64 `json:"distinct_user_count"`
	rest
}

// sharedSuffix marks the row of a type's shared artifacts, which the API lists
// beside the one of those that are not.
const sharedSuffix = " (shared)"

func (d *decoding) artifact(r *artifactRow) {
	key := r.Type
	if r.Shared && key != "" {
		key += sharedSuffix
	}
	d.feature(adoption.Artifact, key, "", &featureUse{Users: r.Users})
}

type costBucketRow struct {
	StartingAt *time.Time `json:"starting_at"`
	Results    []struct {
		Amount  *string `json:"amount"`
		Product *string `json:"product"`
		Group   *string `json:"rbac_group_id"`
	} `json:"results"`
	rest
}

// costBucket reads one day. A day's results may be spread over two pages.
func (d *decoding) costBucket(r *costBucketRow) {
	on := d.startOf(r.StartingAt)
	byGroup := d.unit.Key[0] == 'g'
	for _, res := range r.Results {
		if res.Amount == nil {
			d.fail("an amount of money is missing")
			return
		}
		amount, err := adoption.ParseCents(*res.Amount)
		if err != nil {
			d.fail("an amount of money is not a decimal number")
		}
		c := adoption.Cost{Day: on, Amount: amount}
		if byGroup {
			c.Group = orUnattributed(res.Group)
		} else {
			c.Product = orUnattributed(res.Product)
		}
		d.id("cost", on.String(), c.Product+c.Group)
		d.facts.Cost = append(d.facts.Cost, c)
	}
}

func orUnattributed(s *string) string {
	if s == nil || *s == "" {
		return adoption.Unattributed
	}
	return *s
}
