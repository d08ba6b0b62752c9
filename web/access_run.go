package web

// accessRoutes are the dry run of enforcement.
func (s *Server) accessRoutes() []routeEntry { return nil }
