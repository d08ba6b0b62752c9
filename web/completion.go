package web

// completionRoutes are who was at a training, and what people would be reminded of.
func (s *Server) completionRoutes() []routeEntry { return nil }
