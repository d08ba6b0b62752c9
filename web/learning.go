package web

// learningRoutes are learning systems: statements they send, tokens, courses.
func (s *Server) learningRoutes() []routeEntry { return nil }
