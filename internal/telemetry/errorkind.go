package telemetry

import "strings"

// The kinds of errors. The text of an error may quote what a person wrote, so
// only its kind is kept.
const (
	errRateLimit  = "rate_limit"
	errOverloaded = "overloaded"
	errTimeout    = "timeout"
	errSignIn     = "authentication"
	errPermission = "permission"
	errBilling    = "billing"
	errNotFound   = "not_found"
	errTooBig     = "too_large"
	errRequest    = "invalid_request"
	errNetwork    = "network"
	errServer     = "server"
	errCancelled  = "cancelled"
)

// kindOfStatus are the statuses that say more than their class.
var kindOfStatus = map[int]string{
	401: errSignIn, 402: errBilling, 403: errPermission, 404: errNotFound, 408: errTimeout,
	413: errTooBig, 429: errRateLimit, 503: errOverloaded, 504: errTimeout, 529: errOverloaded,
}

// signs are looked for in the text of an error, in this order.
var signs = []struct {
	kind  string
	words []string
}{
	{errRateLimit, []string{"rate_limit", "rate limit", "too many requests"}},
	{errOverloaded, []string{"overloaded", "capacity"}},
	{errBilling, []string{"billing", "credit", "spend limit", "spending"}},
	{errSignIn, []string{"authentication", "unauthorized", "oauth", "not logged in", "token expired", "login"}},
	{errPermission, []string{"permission", "forbidden", "denied", "not allowed"}},
	{errTooBig, []string{"too_large", "too large", "too long"}},
	{errTimeout, []string{"timeout", "timed out", "deadline"}},
	{errCancelled, []string{"cancel", "abort", "interrupted"}},
	{errNetwork, []string{"econn", "enotfound", "network", "fetch failed", "connection", "socket", "dns", "certificate", "proxy"}},
	{errNotFound, []string{"not_found", "not found", "enoent"}},
	{errRequest, []string{"invalid_request", "invalid request", "validation", "invalid"}},
	{errServer, []string{"api_error", "internal server", "server error"}},
}

// errorKind names what sort of error a status and a text tell of, [Other] when
// neither is known. What it returns never depends on more than that.
func errorKind(code, text string) string {
	n := statusCode(code)
	if kind, ok := kindOfStatus[n]; ok {
		return kind
	}
	text = strings.ToLower(text)
	for _, s := range signs {
		for _, w := range s.words {
			if strings.Contains(text, w) {
				return s.kind
			}
		}
	}
	switch n / 100 {
	case 4:
		return errRequest
	case 5:
		return errServer
	}
	return Other
}
