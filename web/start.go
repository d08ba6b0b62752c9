package web

// startRoutes are starting a rollout and changing its answers.
func (s *Server) startRoutes() []routeEntry { return nil }
