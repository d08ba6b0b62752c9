package people

// View is a page of the roster with what stands around it.
type View struct {
	Page
	Previous string // Before of the page before; "" when this is the first
	Position int    // entries above the first one
	Matching int    // entries that the filter lets through, on all pages

	People      int           // everybody, whatever the filter
	States      map[State]int // how they stand
	Departments []Department  // by name
	Waves       []Wave        // by name
}
