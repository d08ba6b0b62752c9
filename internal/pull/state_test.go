package pull

import (
	"testing"
	"time"
)

// A failure without an answer has no request to name: that of an earlier run would send support after the wrong one.
func TestFailureNamesItsOwnRequestOnly(t *testing.T) {
	st := State{RequestID: "req_of_an_earlier_run"}
	st.fail(&Failure{Reason: BadAnswer, RequestID: "req_now"}, time.Now())
	if st.RequestID != "req_now" {
		t.Errorf("names %q", st.RequestID)
	}
	st.fail(&Failure{Reason: Unreachable}, time.Now())
	if st.RequestID != "" {
		t.Errorf("names %q", st.RequestID)
	}
}
