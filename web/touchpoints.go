package web

// touchpointRoutes are touchpoints: logging them, undoing, the list of all, what they changed.
func (s *Server) touchpointRoutes() []routeEntry { return nil }
