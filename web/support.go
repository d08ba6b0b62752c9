package web

// supportRoutes are support: channels, escalation, who is on call, issues.
func (s *Server) supportRoutes() []routeEntry { return nil }
