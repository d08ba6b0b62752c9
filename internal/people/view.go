package people

// View is a page of the roster with what stands around it.
type View struct {
	Page
	Previous string // Before of the page in front; "" when this is the first

	OnRoster    int           // people whom files named
	States      map[State]int // how everybody stands, those included whom no file named
	Departments []Department
	Waves       []Wave
}

// Everybody returns how many people there are, on the roster or not.
func (v View) Everybody() int {
	n := 0
	for _, of := range v.States {
		n += of
	}
	return n
}
