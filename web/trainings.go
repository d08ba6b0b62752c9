package web

// trainingRoutes are planning sessions and series: the list, formats, what was covered.
func (s *Server) trainingRoutes() []routeEntry { return nil }
