package web

// winRoutes are wins: logging them, undoing, publishing.
func (s *Server) winRoutes() []routeEntry { return nil }
