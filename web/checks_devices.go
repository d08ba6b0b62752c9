package web

import (
	"net/http"
	"strconv"
	"strings"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/check"
	"groundswell/views/ui"
)

const lackersAPage = 25

// platformName writes a platform as its vendor does.
func platformName(platform string) string {
	switch strings.ToLower(platform) {
	case "":
		return "Not reported"
	case "windows":
		return "Windows"
	case "macos":
		return "macOS"
	}
	return platform
}

// machines words what the inventory holds, and leads on those who may know who lacks the app.
func (v checkView) machines(kinds []rollout.DeviceKind) *views.Machines {
	m := &views.Machines{}
	for _, k := range kinds {
		row := views.Machine{Platform: platformName(k.Platform), Version: k.AppVersion, Count: ui.Count(k.Devices)}
		if row.Version == "" {
			row.Version = "Not installed"
		}
		m.Rows = append(m.Rows, row)
	}
	if v.opens(appLackersPath) {
		m.People = &ui.Link{Label: "People without the app", URL: route.With(appLackersPath, "wave", v.waveText())}
	}
	if v.opens(route.Imports) {
		m.Import = &ui.Link{Label: "Import an inventory", URL: route.With(route.Imports, "what", "devices")}
	}
	return m
}

// appLackersPage lists who has the app on no machine, 25 people at a time.
func (s *Server) appLackersPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.checkView(r, actor)
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	list, next, err := s.Checks.AppLackers(r.Context(), actor.PeopleScope(), v.wave.ID, after, lackersAPage, v.plan.Today(v.now))
	if err != nil {
		return err
	}
	p := views.LackersProps{
		Waves: v.waves(appLackersPath, "All people"), CSV: route.With(appLackersPath+".csv", "wave", v.waveText()),
		Sub: v.result(devicesCheck()).Say,
	}
	for _, l := range list {
		p.Rows = append(p.Rows, lackerRow(l))
	}
	p.Pages = ui.PagesProps{Label: ui.Counted(len(list), "person", "people") + " on this page"}
	if after != "" {
		p.Pages.Prev = route.With(appLackersPath, "wave", v.waveText())
	}
	if next != "" {
		p.Pages.Next = route.With(appLackersPath, "wave", v.waveText(), "after", next)
	}
	return s.page(w, r, actor, page{Title: "People without the app", Section: route.Readiness}, views.Lackers(p))
}

func devicesCheck() rollout.Check {
	c, _ := rollout.CheckOf(rollout.CheckDevices)
	return c
}

func lackerRow(l rollout.AppLacker) views.Lacker {
	row := views.Lacker{Name: l.Name, Email: l.Email, Department: l.Department, Wave: l.Wave, Machines: strings.Join(l.Machines, ", ")}
	if row.Name == "" {
		row.Name, row.Email = l.Email, ""
	}
	if row.Machines == "" {
		row.Machines = "None in the inventory"
	}
	return row
}

// appLackersCSV is everybody without the app, and a line in the audit log.
func (s *Server) appLackersCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.checkView(r, actor)
	if err != nil {
		return err
	}
	table := [][]string{{"email", "name", "department", "wave", "devices"}}
	for after := ""; ; {
		list, next, err := s.Checks.AppLackers(r.Context(), actor.PeopleScope(), v.wave.ID, after, exportAPage, v.plan.Today(v.now))
		if err != nil {
			return err
		}
		for _, l := range list {
			table = append(table, []string{l.Email, l.Name, l.Department, l.Wave, strings.Join(l.Machines, " ")})
		}
		if after = next; after == "" {
			break
		}
	}
	err = s.People.Roster.Audit(r.Context(), v.now, identity.Event{By: actor, Action: "devices.exported", Subject: "devices", Detail: map[string]string{
		"wave": strconv.Itoa(v.wave.ID), "rows": strconv.Itoa(len(table) - 1),
	}})
	if err != nil {
		return err
	}
	return sendSheet(w, "without-app-"+v.plan.Today(v.now).String()+".csv", table)
}
