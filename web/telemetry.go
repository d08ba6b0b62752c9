package web

// telemetryRoutes are the receiver of events and its settings.
func (s *Server) telemetryRoutes() []routeEntry { return nil }
