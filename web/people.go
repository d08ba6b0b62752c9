package web

// peopleRoutes are the roster and its imports.
func (s *Server) peopleRoutes() []routeEntry {
	return nil
}
