package comms

// Shared counts whom two audiences both reach.
func (r *Roll) Shared(a, b Audience) int {
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
