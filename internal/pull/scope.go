package pull

// Grant is what a real call said about one scope of a key.
type Grant string

// The grants.
const (
	ScopeGranted      Grant = "granted"
	ScopeMissing      Grant = "missing"      // the key is good, the scope is not there
	ScopeKeyRefused   Grant = "bad_key"      // the key is wrong or revoked
	ScopeNotReached   Grant = "unreachable"  // no usable answer: the network, a proxy, an overloaded API
	ScopeInconclusive Grant = "inconclusive" // an answer that says nothing about the scope
)

// ScopeCheck is the outcome of trying a key for one scope.
type ScopeCheck struct {
	Scope     string
	Sources   []Source // what is read with it
	Grant     Grant
	Say       string // what to do; "" when granted
	RequestID string
}
