package web

// recognitionRoutes are thanks and badges for champions, and the roll of a quarter.
func (s *Server) recognitionRoutes() []routeEntry { return nil }
