package claude

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/pull"
)

// scoped answers like an API whose key has every scope but those of the paths in missing.
func scoped(missing ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, m := range missing {
			if strings.Contains(r.URL.Path, m) {
				refusing(403, typePermission, "missing scope")(w, r)
				return
			}
		}
		answering(`{"data":[],"has_more":false,"next_page":null}`)(w, r)
	}
}

func TestCheckTellsScopesApart(t *testing.T) {
	checks := upstream(t, scoped("rbac_groups", "spend_limits")).Check(context.Background())
	want := map[string]pull.Grant{"read:members": pull.ScopeGranted, "read:rbac_groups": pull.ScopeMissing, "read:analytics": pull.ScopeGranted,
		"read:spend_limits": pull.ScopeMissing, "read:plugins": pull.ScopeGranted}
	if len(checks) != len(want) {
		t.Fatalf("%d checks", len(checks))
	}
	for _, c := range checks {
		if c.Grant != want[c.Scope] || c.RequestID == "" || (c.Say == "") != (c.Grant == pull.ScopeGranted) {
			t.Errorf("%+v, want %s", c, want[c.Scope])
		}
	}
	if s := checks[0].Sources; len(s) != 3 || s[0] != pull.Members || s[2] != pull.Roles {
		t.Errorf("sources of %s: %v", checks[0].Scope, s)
	}
}

func TestCheckOfABadKey(t *testing.T) {
	for name, tt := range map[string]struct {
		api  http.HandlerFunc
		want pull.Grant
	}{
		"revoked":  {refusing(401, typeAuthentication, "revoked"), pull.ScopeKeyRefused},
		"no way":   {reset, pull.ScopeNotReached},
		"a portal": {html(200), pull.ScopeNotReached},
		"refused":  {refusing(404, typeNotFound, "nothing here"), pull.ScopeInconclusive},
	} {
		for _, c := range upstream(t, tt.api).Check(context.Background()) {
			if c.Grant != tt.want || c.Say == "" {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
}

func TestCheckOfAnOrganizationWithoutOldDays(t *testing.T) {
	for _, c := range upstream(t, refusing(400, typeInvalid, "too recent: latest day is 2025-12-31")).Check(context.Background()) {
		if c.Scope == "read:analytics" && c.Grant != pull.ScopeGranted {
			t.Errorf("%+v", c)
		}
	}
}
