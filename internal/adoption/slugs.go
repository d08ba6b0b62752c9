package adoption

import "slices"

// Slugs returns the slug of each department or wave, as cohorts are named by it:
// handed out in the order of the names, where "unassigned" is taken. Names in use,
// which are those an index has, come before idle ones.
func Slugs(used, idle []string) map[string]string {
	given := slugger{unassigned: true}
	out := make(map[string]string, len(used)+len(idle))
	for _, names := range [][]string{used, idle} {
		names = slices.Clone(names)
		slices.Sort(names)
		for _, n := range slices.Compact(names) {
			out[n] = given.give(n)
		}
	}
	return out
}
