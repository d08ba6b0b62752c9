package web

import (
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
	return sendCSV(w, name, table)
}

// sheetCell keeps numbers as they are; anything else is somebody's words.
func sheetCell(text string) cell {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return ours(text)
	}
	return said(text)
}
