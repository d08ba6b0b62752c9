package enablement

import "time"

// MovedUp returns who waited for a seat in a session before a change and has one after it,
// in their order: nobody of a session that was called off, has begun or is known from a file only.
func MovedUp(was, is Gathering, now time.Time) []SignUp {
	if is.FromFile || is.Cancelled() || is.Begun(now) {
		return nil
	}
	var out []SignUp
	for _, u := range is.Seated() {
		if at, ok := was.PlaceOf(u.Email); ok && !at.Seat {
			out = append(out, u)
		}
	}
	return out
}

// MoreSeats reports whether a change of a session's plan gave it seats.
func MoreSeats(was, is Planned) bool {
	return was.Capacity != nil && (is.Capacity == nil || *is.Capacity > *was.Capacity)
}
