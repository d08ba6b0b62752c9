package web

// readinessRoutes are the pages on which launches are decided.
func (s *Server) readinessRoutes() []routeEntry { return nil }
