package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// sessionStore keeps sessions in the database behind gorilla's interface. The
// cookie holds "id.secret" and nothing else.
type sessionStore struct {
	identity *identity.Service
	now      func() time.Time
	name     string
	options  sessions.Options
}

const (
	valueCookie  = "cookie"  // the value to set, after a sign-in
	valueVisitor = "visitor" // who the session belongs to
)

// visitor is the session of a request and whose it is.
type visitor struct {
	session identity.Session
	account identity.Account
}

func newSessionStore(id *identity.Service, now func() time.Time, secure bool) *sessionStore {
	return &sessionStore{
		identity: id, now: now, name: cookieName("session", secure),
		options: sessions.Options{
			Path: "/", MaxAge: int(identity.SessionAbsolute / time.Second),
			HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
		},
	}
}

// cookieName binds a cookie to this very host over TLS; browsers only keep __Host- cookies there.
func cookieName(purpose string, secure bool) string {
	if secure {
		return "__Host-groundswell-" + purpose
	}
	return "groundswell-" + purpose
}

// Get returns the request's session, read once.
func (st *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(st, name)
}

// New reads the session that the cookie opens; without one it is new and the error says why.
func (st *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	ses := sessions.NewSession(st, name)
	options := st.options
	ses.Options, ses.IsNew = &options, true
	c, err := r.Cookie(name)
	if err != nil {
		return ses, fault.New(fault.Unauthenticated, "You are signed out. Sign in to go on.")
	}
	session, account, err := st.identity.Resume(r.Context(), c.Value, st.now())
	if err != nil {
		return ses, err
	}
	ses.ID, ses.IsNew = session.ID, false
	ses.Values[valueVisitor] = visitor{session, account}
	return ses, nil
}

// Save writes the cookie: the one a sign-in made, or none when MaxAge is negative.
func (st *sessionStore) Save(_ *http.Request, w http.ResponseWriter, ses *sessions.Session) error {
	value, _ := ses.Values[valueCookie].(string)
	http.SetCookie(w, sessions.NewCookie(ses.Name(), value, ses.Options))
	return nil
}

// current returns who is signed in; an Unauthenticated fault when nobody is.
func (st *sessionStore) current(r *http.Request) (visitor, error) {
	ses, err := st.Get(r, st.name)
	if err != nil {
		return visitor{}, err
	}
	who, _ := ses.Values[valueVisitor].(visitor)
	return who, nil
}

// raw returns the cookie's value as it came, "" for none.
func (st *sessionStore) raw(r *http.Request) string {
	c, err := r.Cookie(st.name)
	if err != nil {
		return ""
	}
	return c.Value
}

// begin sends the browser the cookie of a session just started.
func (st *sessionStore) begin(w http.ResponseWriter, r *http.Request, cookie string) error {
	ses := sessions.NewSession(st, st.name)
	options := st.options
	ses.Options = &options
	ses.Values[valueCookie] = cookie
	return st.Save(r, w, ses)
}

// end makes the browser forget its cookie.
func (st *sessionStore) end(w http.ResponseWriter, r *http.Request) error {
	ses := sessions.NewSession(st, st.name)
	options := st.options
	options.MaxAge = -1
	ses.Options = &options
	return st.Save(r, w, ses)
}

// deviceLabel says browser and system in two words: enough to tell one's own sessions apart.
func deviceLabel(agent string) string {
	browser := firstIn(agent, "Firefox", "Edg", "OPR", "Chrome", "Safari")
	system := firstIn(agent, "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
	switch {
	case browser == "" && system == "":
		return "Another program"
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " on " + system
}

var plainNames = map[string]string{"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}

func firstIn(text string, words ...string) string {
	for _, word := range words {
		if strings.Contains(text, word) {
			if plain, ok := plainNames[word]; ok {
				return plain
			}
			return word
		}
	}
	return ""
}
