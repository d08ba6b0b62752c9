package web

// libraryRoutes are the library of guides, the champion kit and the tips.
func (s *Server) libraryRoutes() []routeEntry { return nil }
