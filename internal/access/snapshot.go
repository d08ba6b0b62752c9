package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Snapshot is a copy of who may use what that somebody took, without its contents.
type Snapshot struct {
	ID      int64
	At      time.Time
	By      string
	Members int
	Groups  int
	Roles   int
	Limits  int
	Digest  [32]byte // SHA-256 of the contents as written
}

// Fresh reports whether the snapshot is recent enough for a gate.
func (s Snapshot) Fresh(now time.Time) bool { return !s.At.IsZero() && now.Sub(s.At) <= GoodFor }

// snapshotFormat names the file's shape; another one gets another number.
const snapshotFormat = "groundswell-access/1"

// Contents is what a snapshot holds: what there is to go back to, by the API's own ids.
type Contents struct {
	Format  string           `json:"format"`
	TakenAt time.Time        `json:"taken_at"`
	AsOf    time.Time        `json:"as_of"` // when the source read longest ago was read
	Members []SnapshotMember `json:"members"`
	Groups  []SnapshotGroup  `json:"groups"`
	Roles   []SnapshotRole   `json:"roles"`
	Limits  []SnapshotLimit  `json:"spend_limits"`
}

// SnapshotMember is a listed member.
type SnapshotMember struct {
	UserID  string     `json:"user_id"`
	Email   string     `json:"email"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	AddedAt *time.Time `json:"added_at"`
}

// SnapshotGroup is a group with its roles and members. RoleIDs is null where they were unavailable.
type SnapshotGroup struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	SourceType string   `json:"source_type"`
	RoleIDs    []string `json:"role_ids"`
	Members    []string `json:"members"` // user ids
}

// SnapshotRole is a role with what it grants.
type SnapshotRole struct {
	ID          string               `json:"id"`
	Name        string               `json:"name"`
	DisplayName string               `json:"display_name"`
	Permissions []SnapshotPermission `json:"permissions"`
}

// SnapshotPermission is one grant of a role.
type SnapshotPermission struct {
	Action     string `json:"action"`
	Resource   string `json:"resource"`
	ResourceID string `json:"resource_id,omitempty"`
}

// SnapshotLimit is a configured spend limit. Amount is a decimal string of cents; null is "no limit".
type SnapshotLimit struct {
	ID      string  `json:"id"`
	Scope   string  `json:"scope"`
	ScopeID string  `json:"scope_id,omitempty"`
	Period  string  `json:"period"`
	Amount  *string `json:"amount"`
	Enabled bool    `json:"enabled"`
}

// Write returns the contents as a file.
func (c Contents) Write() ([]byte, error) {
	c.Format = snapshotFormat
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write a snapshot: %w", err)
	}
	return append(text, '\n'), nil
}

// ReadSnapshot reads a file that [Contents.Write] wrote, and nothing else: every
// member of a group has to be listed.
func ReadSnapshot(text []byte) (Contents, error) {
	var c Contents
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Contents{}, fmt.Errorf("read a snapshot: %w", err)
	}
	if c.Format != snapshotFormat {
		return Contents{}, fmt.Errorf("read a snapshot: its format is %q, not %q", c.Format, snapshotFormat)
	}
	known := make(map[string]bool, len(c.Members))
	for _, m := range c.Members {
		known[m.UserID] = true
	}
	for _, g := range c.Groups {
		for _, id := range g.Members {
			if !known[id] {
				return Contents{}, fmt.Errorf("read a snapshot: %s is in group %s but not a member", id, g.ID)
			}
		}
	}
	return c, nil
}

// Directory returns what a dry run reads of the contents: where people are placed
// is not part of a snapshot.
func (c Contents) Directory() *Directory {
	d := &Directory{AsOf: c.AsOf}
	ord := make(map[string]int32, len(c.Members))
	for i, m := range c.Members {
		ord[m.UserID] = int32(i)
		d.People = append(d.People, Person{Member: int32(i), Role: m.Role})
	}
	for i, g := range c.Groups {
		d.Groups = append(d.Groups, Group{ID: g.ID, Name: g.Name, SourceType: g.SourceType, RoleIDs: g.RoleIDs, RolesKnown: g.RoleIDs != nil})
		for _, id := range g.Members {
			p := &d.People[ord[id]]
			p.Groups = append(p.Groups, int32(i))
		}
	}
	for _, r := range c.Roles {
		d.Roles = append(d.Roles, Role{ID: r.ID, Name: r.Name, DisplayName: r.DisplayName})
		for _, p := range r.Permissions {
			d.Permissions = append(d.Permissions, Permission{RoleID: r.ID, Action: p.Action, Resource: p.Resource, ResourceID: p.ResourceID})
		}
	}
	return d
}
