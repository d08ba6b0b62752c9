package web

import (
	"mime"
	"net/http"
	"strconv"
)

// sendSheet answers with rows as a CSV file.
func sendSheet(w http.ResponseWriter, name string, rows [][]string) error {
	table := make([][]cell, len(rows))
	for i, row := range rows {
		for _, text := range row {
			table[i] = append(table[i], sheetCell(text))
		}
	}
	body, err := writeCSV(table)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return send(w, http.StatusOK, "text/csv; charset=utf-8", body)
}

// sheetCell keeps numbers as they are; anything else is somebody's words.
func sheetCell(text string) cell {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return ours(text)
	}
	return said(text)
}
