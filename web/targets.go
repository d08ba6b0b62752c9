package web

// targetRoutes are the targets and the numbers that definitions refer to.
func (s *Server) targetRoutes() []routeEntry {
	return nil
}
