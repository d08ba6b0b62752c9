package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"groundswell/internal/route"
)

// checkTelemetry asks the address that desktop apps send to, without a token:
// a receiver that is reached says that one is missing.
func (s settings) checkTelemetry(ctx context.Context) check {
	const name = "telemetry"
	if s.PublicURL == "" {
		return check{name, checkWarn, "GROUNDSWELL_PUBLIC_URL is not set, so desktop apps have no address to send to"}
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return check{name, checkFail, "GROUNDSWELL_PUBLIC_URL cannot be read"}
	}
	if u.Scheme != "https" {
		return check{name, checkWarn, u.String() + " is not https: desktop apps elsewhere may not reach it"}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.JoinPath(route.OTLPLogs).String(), strings.NewReader("{}"))
	if err != nil {
		return check{name, checkFail, "GROUNDSWELL_PUBLIC_URL cannot be read"}
	}
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return check{name, checkWarn, fmt.Sprintf("nobody answers at %s; start the server, or check the proxy in front of it", r.URL)}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		return check{name, checkFail, fmt.Sprintf("%s answers %d instead of asking for a token; the proxy must pass /v1/ on", r.URL, res.StatusCode)}
	}
	return check{name, checkOK, "the receiver answers at " + r.URL.String()}
}
