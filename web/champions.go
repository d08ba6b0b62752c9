package web

// championRoutes are the register of champions: coverage, nominations, invitations, candidates.
func (s *Server) championRoutes() []routeEntry { return nil }
