package web

// messageRoutes are messages: writing, approving, testing.
func (s *Server) messageRoutes() []routeEntry {
	return nil
}
