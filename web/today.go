package web

// todayRoutes are a champion's day on the phone, and the app's manifest.
func (s *Server) todayRoutes() []routeEntry { return nil }
