package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"groundswell/internal/identity"
)

const maxSubject = 255

// claims are the ID token's, as far as they are used here.
type claims struct {
	AuthorizedParty string          `json:"azp"`
	Email           string          `json:"email"`
	EmailVerified   json.RawMessage `json:"email_verified"`
	Name            string          `json:"name"`
	Username        string          `json:"preferred_username"`
	AuthTime        json.Number     `json:"auth_time"`
	NotBefore       json.Number     `json:"nbf"`
}

// verify checks an ID token in full and turns it into a claim.
func (p *Provider) verify(ctx context.Context, d *discovered, token *oauth2.Token, raw, nonce string) (identity.Claim, error) {
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return identity.Claim{}, verifyFault(err)
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return identity.Claim{}, refuse(sayBadToken, fmt.Errorf("read the id token: %w", err))
	}
	if err := p.checkToken(id, c, nonce); err != nil {
		return identity.Claim{}, refuse(sayBadToken, err)
	}
	all, err := everything(id)
	if err != nil {
		return identity.Claim{}, refuse(sayBadToken, err)
	}
	if c.Email == "" {
		p.askUserInfo(ctx, d, token, id.Subject, &c, all)
	}
	return p.claim(id, c, all)
}

// verifyFault tells keys that cannot be fetched from a token that is wrong.
func verifyFault(err error) error {
	if strings.Contains(err.Error(), "fetching keys") {
		return away(errors.New("the provider's keys cannot be read: " + withoutURL(err)))
	}
	return refuse(sayBadToken, fmt.Errorf("verify the id token: %w", err))
}

// checkToken is what the library does not check.
func (p *Provider) checkToken(id *oidc.IDToken, c claims, nonce string) error {
	now := p.cfg.Now()
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return errors.New("the nonce is missing or another")
	case id.Subject == "" || len(id.Subject) > maxSubject:
		return errors.New("the subject is empty or too long")
	case c.AuthorizedParty != "" && c.AuthorizedParty != p.cfg.ClientID:
		return errors.New("the token was issued to another client")
	case len(id.Audience) > 1 && c.AuthorizedParty == "":
		return errors.New("the token has several audiences and no authorized party")
	case !now.Before(id.Expiry.Add(skew)):
		return errors.New("the token has expired")
	case id.IssuedAt.Unix() <= 0 || id.IssuedAt.After(now.Add(skew)):
		return errors.New("the token has no time of issue, or one in the future; compare the clocks")
	case c.NotBefore != "" && tooEarly(c.NotBefore, now):
		return errors.New("the token is not valid yet; compare the clocks")
	}
	return nil
}

func tooEarly(notBefore json.Number, now time.Time) bool {
	seconds, err := notBefore.Float64()
	return err != nil || time.Unix(int64(seconds), 0).After(now.Add(skew))
}

func everything(id *oidc.IDToken) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if err := id.Claims(&all); err != nil {
		return nil, fmt.Errorf("read the id token: %w", err)
	}
	return all, nil
}

// askUserInfo fills in what the ID token leaves out, where the provider keeps it
// elsewhere. Without an answer about the same person nothing is filled in.
func (p *Provider) askUserInfo(ctx context.Context, d *discovered, token *oauth2.Token, subject string, c *claims, all map[string]json.RawMessage) {
	if d.provider.UserInfoEndpoint() == "" {
		return
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != subject {
		p.cfg.Log.WarnContext(ctx, "the provider's userinfo is of no use", "same_subject", err == nil)
		return
	}
	more := map[string]json.RawMessage{}
	var late claims
	if info.Claims(&more) != nil || info.Claims(&late) != nil {
		return
	}
	c.Email, c.EmailVerified = late.Email, late.EmailVerified
	if c.Name == "" {
		c.Name = late.Name
	}
	for name, value := range more {
		if _, there := all[name]; !there {
			all[name] = value
		}
	}
}

// claim decides about the email. Verified, it claims waiting grants. Unmentioned,
// the person may come in but the address claims nothing. Called unverified, or
// anything but a boolean, nobody comes in.
func (p *Provider) claim(id *oidc.IDToken, c claims, all map[string]json.RawMessage) (identity.Claim, error) {
	out := identity.Claim{
		Issuer: id.Issuer, Subject: id.Subject, Email: strings.TrimSpace(c.Email), Name: c.Name,
		AuthenticatedAt: authenticated(c.AuthTime, p.cfg.Now()),
	}
	if out.Email == "" {
		return identity.Claim{}, refuse("Your identity provider did not send your email address. Its administrators release the email claim to Groundswell.", nil)
	}
	if out.Name == "" {
		out.Name = c.Username
	}
	switch string(c.EmailVerified) {
	case "true":
		out.EmailVerified = true
	case "", "null":
	default:
		return identity.Claim{}, refuse("Your identity provider says that your email address is not verified. Verify it there, then begin again.", nil)
	}
	if p.cfg.GroupsClaim != "" {
		out.GroupsKnown = true
		out.Groups = groups(all, p.cfg.GroupsClaim)
		if len(out.Groups) == 0 && all["_claim_names"] != nil {
			p.cfg.Log.Warn("the provider left the groups out of the token because there are too many; send only the groups assigned to Groundswell")
		}
	}
	return out, nil
}

// authenticated is when the person proved who they are: what the provider says, else now.
func authenticated(authTime json.Number, now time.Time) time.Time {
	seconds, err := authTime.Int64()
	at := time.Unix(seconds, 0)
	if err != nil || at.After(now) {
		return now
	}
	return at
}

// groups reads a list of names, or a single one, at a claim or at a dotted path into claims.
func groups(all map[string]json.RawMessage, claim string) []string {
	raw, ok := all[claim]
	if head, rest, dotted := strings.Cut(claim, "."); !ok && dotted {
		inner := map[string]json.RawMessage{}
		if json.Unmarshal(all[head], &inner) != nil {
			return nil
		}
		return groups(inner, rest)
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}
