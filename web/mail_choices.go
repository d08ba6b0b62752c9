package web

// mailChoiceRoutes are what each person gets, and how they end it.
func (s *Server) mailChoiceRoutes() []routeEntry {
	return nil
}
