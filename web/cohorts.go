package web

// cohortRoutes are the list of cohorts and a page for each.
func (s *Server) cohortRoutes() []routeEntry {
	return nil
}
