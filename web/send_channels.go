package web

// sendChannelRoutes are what messages go out by.
func (s *Server) sendChannelRoutes() []routeEntry {
	return nil
}
