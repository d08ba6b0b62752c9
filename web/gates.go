package web

// gateRoutes are the gates in front of what cannot be undone.
func (s *Server) gateRoutes() []routeEntry { return nil }
