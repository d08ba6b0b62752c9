package web

// messagePlanRoutes are planning messages from the playbook.
func (s *Server) messagePlanRoutes() []routeEntry {
	return nil
}
