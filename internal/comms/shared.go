package comms

// Shared counts whom two audiences both reach.
func (r *Roll) Shared(a, b Audience) int {
	if a.Who == WhoPeople && b.Who == WhoPeople {
		return r.sharedPeople(a, b)
	}
	in := map[string]bool{}
	r.each(a, func(c *Candidate) {
		if r.leftOut(c, false) == "" {
			in[c.Key] = true
		}
	})
	n := 0
	r.each(b, func(c *Candidate) {
		if in[c.Key] {
			n++
			delete(in, c.Key)
		}
	})
	return n
}

func (r *Roll) sharedPeople(a, b Audience) int {
	if r.unjudged(a) || r.unjudged(b) {
		return 0
	}
	n, also := 0, r.filter(b)
	r.each(a, func(c *Candidate) {
		if also(c) && r.leftOut(c, false) == "" {
			n++
		}
	})
	return n
}
