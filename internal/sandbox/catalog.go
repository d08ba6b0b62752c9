package sandbox

import (
	"slices"

	"groundswell/internal/day"
)

var installation = []string{"required", "available", "auto_install", "not_available"}

func (w *world) marketplaceID(n int) string {
	return "marketplace_01" + tag(w.Seed, "marketplace", uint64(n))
}

func (w *world) pluginID(n int) string { return "plugin_01" + tag(w.Seed, "plugin", uint64(n)) }

// marketplaces writes /plugin_marketplaces: one filled by hand, one from a repository.
func (w *world) marketplaces(q *query, b []byte) ([]byte, *problem) {
	names, sources := []string{"aldermere", "insurance-tools"}, []string{"manual", "github"}
	return q.paged(b, len(names), 20, false, func(b []byte, n int) []byte {
		return object(b, func(b []byte) []byte {
			b = str(b, "id", w.marketplaceID(n))
			b = str(b, "type", "plugin_marketplace")
			b = str(b, "name", names[n])
			b = str(b, "source", sources[n])
			b = raw(b, "owner", `{"type":"organization"}`)
			b = str(b, "default_installation_preference", "available")
			b = at(b, "created_at", w.pilot-60, 600)
			if sources[n] == "manual" {
				return append(b, `,"sync_status":null,"last_sync_ended_at":null,"last_sync_read_sha":null`...)
			}
			b = str(b, "sync_status", "success")
			b = at(b, "last_sync_ended_at", w.Today-1, 185)
			return str(b, "last_sync_read_sha", "9b1c4e7a0d2f5836c1e4a79b0d3f6825c8e1a47b")
		})
	})
}

// pluginCatalog writes /plugins, the newest first.
func (w *world) pluginCatalog(q *query, b []byte) ([]byte, *problem) {
	return q.paged(b, len(pluginCatalog), 20, false, func(b []byte, n int) []byte {
		c := pluginCatalog[n]
		made := w.pilot - day.Date(20+n*4)
		version := "plugin_version_01" + tag(w.Seed, "version", uint64(n))
		return object(b, func(b []byte) []byte {
			b = str(b, "id", w.pluginID(n))
			b = str(b, "type", "plugin")
			b = str(b, "name", c.name)
			b = strOrNull(b, "display_name", c.display)
			b = str(b, "description", "For teams at Aldermere.")
			b = str(b, "marketplace_id", w.marketplaceID(n%2))
			b = raw(b, "owner", `{"type":"organization"}`)
			b = raw(b, "components", `[{"type":"skill","name":"`+c.name+`","description":null}]`)
			b = raw(b, "content_scan", `{"status":"completed","assessment":"pass","reason":null}`)
			b = raw(b, "created_by", "null")
			b = str(b, "served_version_id", version)
			b = str(b, "latest_version_id", version)
			b = boolean(b, "served_version_pinned", false)
			b = str(b, "manifest_version", "1.0.0")
			b = str(b, "organization_installation_preference", installation[n%len(installation)])
			b = boolean(b, "organization_installation_preference_inherited", n == 1)
			b = strOrNull(b, "reach", []string{"remote", "", "privileged", ""}[n%4])
			b = at(b, "created_at", made, 600)
			return at(b, "updated_at", made+9, 660)
		})
	})
}

// installationSettings writes what a plugin's targets are set to.
func (w *world) installationSettings(q *query, b []byte) ([]byte, *problem) {
	n := slices.IndexFunc(pluginCatalog, func(c struct{ name, id, display string }) bool {
		return w.pluginID(slices.Index(pluginCatalog, c)) == q.id
	})
	if n < 0 {
		return b, notFound("Plugin not found")
	}
	targets := []string{`{"type":"organization"}`, `{"type":"rbac_group","rbac_group_id":"` + w.groups[0].id + `"}`}
	if n == 1 {
		targets = targets[:0] // inherits its marketplace's
	}
	return q.paged(b, len(targets), 20, false, func(b []byte, t int) []byte {
		return object(b, func(b []byte) []byte {
			b = str(b, "type", "plugin_installation_setting")
			b = str(b, "plugin_id", q.id)
			b = raw(b, "target", targets[t])
			b = str(b, "installation_preference", installation[(n+t)%len(installation)])
			b = at(b, "created_at", w.pilot-10, 600)
			return at(b, "updated_at", w.pilot-9, 600)
		})
	})
}
