package web

import (
	"net/http"
	"net/url"
	"strings"

	"groundswell/internal/route"
)

const maxReturnTo = 2000

// localPath returns raw when it is an address on this site, else the start page.
// It never returns anything a browser could read as another host.
func localPath(raw string) string {
	if len(raw) > maxReturnTo || !strings.HasPrefix(raw, "/") || strings.ContainsFunc(raw, unwelcome) {
		return route.Home
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return route.Home
	}
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.Contains(u.Path, "//") || strings.HasPrefix(path, route.SignIn) || strings.HasPrefix(path, route.SignOut) {
		return route.Home
	}
	if u.RawQuery == "" {
		return path
	}
	return path + "?" + u.RawQuery
}

// unwelcome reports characters that browsers drop or turn into slashes.
func unwelcome(c rune) bool { return c == '\\' || c <= ' ' || c == 0x7f || c > 0x7e }

// currentPage is the page a form or an HTMX request was sent from, the start page when unknown.
func currentPage(r *http.Request) string {
	from := r.Header.Get("HX-Current-URL")
	if from == "" {
		from = r.URL.Query().Get("return_to")
	}
	if from == "" && safe(r.Method) {
		return localPath(r.URL.RequestURI())
	}
	u, err := url.Parse(from)
	if err != nil || from == "" {
		return parentPage(r.URL.Path)
	}
	return localPath(u.RequestURI())
}

// parentPage is the page that a form's address hangs under: the settings page of a settings form.
func parentPage(path string) string {
	for _, p := range []string{route.Roles, route.Key, route.Sources, route.Account, route.Imports, route.People} {
		if strings.HasPrefix(path, p) {
			if p == route.Key {
				return route.Sources
			}
			return p
		}
	}
	return route.Home
}
