package web

// attendanceRoutes are one session: signing up, the door, checking in, who came, completion.
func (s *Server) attendanceRoutes() []routeEntry { return nil }
