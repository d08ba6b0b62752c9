package web

import (
	"net/http"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/identity"
	"groundswell/views/measure"
)

// file is a kind of file that a page can be taken away as.
type file struct {
	ext  string
	send func(w http.ResponseWriter, name string, table, about [][]cell) error
}

var (
	asCSV  = file{".csv", func(w http.ResponseWriter, name string, table, _ [][]cell) error { return sendCSV(w, name, table) }}
	asXLSX = file{".xlsx", sendXLSX}
)

// measureFile answers with what the page at path shows, as a file.
func (s *Server) measureFile(path string, c adoption.Column, as file) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		q, err := s.measured(r, actor, path, c)
		if err != nil {
			return err
		}
		sheet := measure.NewSheet(c, q.filters, q.figures, q.reader)
		name := strings.TrimPrefix(path, "/") + "-" + q.filters.Period.To.String() + as.ext
		return as.send(w, name, sheetCells(sheet.Rows), sheetCells(sheet.About))
	}
}

// sheetCells makes cells of a sheet's data.
func sheetCells(rows [][]measure.Datum) [][]cell {
	out := make([][]cell, len(rows))
	for i, row := range rows {
		for _, d := range row {
			out[i] = append(out[i], sheetCell(d))
		}
	}
	return out
}

func sheetCell(d measure.Datum) cell {
	switch d.Form {
	case measure.FormWords:
		return said(d.Text)
	case measure.FormShare:
		return ours(d.Text).as(ratio)
	case measure.FormMoney:
		return moneyCell(d.Text)
	}
	return ours(d.Text)
}
