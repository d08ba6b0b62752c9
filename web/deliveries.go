package web

// deliveryRoutes are what went out: every recipient, bounces, opened links.
func (s *Server) deliveryRoutes() []routeEntry {
	return nil
}
