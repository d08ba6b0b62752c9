package web

// calendarFeedRoutes are calendars for calendar clients.
func (s *Server) calendarFeedRoutes() []routeEntry {
	return nil
}
