package route

import "strconv"

// What belongs to access.
const (
	AccessRun       = Access + "/run"       // takes the wish to run it again
	AccessLimits    = Access + "/limits"    // what the most restrictive spend limit does
	AccessSnapshots = Access + "/snapshots" // takes the wish for a copy
)

// AccessPerson is the page that says why a member has what they have.
func AccessPerson(member int32) string {
	return Access + "/people/" + strconv.FormatInt(int64(member), 10)
}

// AccessSnapshot downloads a copy of who may use what.
func AccessSnapshot(id int64) string { return AccessSnapshots + "/" + strconv.FormatInt(id, 10) }
