package web

// featureRoutes are what people use inside Cowork, and what it costs.
func (s *Server) featureRoutes() []routeEntry {
	return nil
}
