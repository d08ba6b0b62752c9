package web

import (
	"mime"
	"net/http"
	"strconv"

	"groundswell/internal/day"
)

// look is how a spreadsheet shows a number of ours; CSV has the bare number either way.
type look int

const (
	plain   look = iota // as it is
	ratio               // 0.62 is 62.0%
	dollars             // an amount of USD
)

// shareCell is a ratio, which a spreadsheet shows as a percentage.
func shareCell(v *float64) cell { return number(v).as(ratio) }

// moneyCell is a decimal amount of USD.
func moneyCell(usd string) cell { return ours(usd).as(dollars) }

func dayCell(d day.Date) cell { return ours(d.String()) }

// as returns c shown another way.
func (c cell) as(l look) cell {
	c.look = l
	return c
}

// sendCSV answers with a table, its head first, as a CSV file.
func sendCSV(w http.ResponseWriter, name string, table [][]cell) error {
	body, err := writeCSV(table)
	if err != nil {
		return err
	}
	return sendFile(w, name, "text/csv; charset=utf-8", body)
}

// sendXLSX answers with a table, its head first, as a spreadsheet. about is its
// second sheet: a name and what there is to know of it, row by row.
func sendXLSX(w http.ResponseWriter, name string, table, about [][]cell) error {
	body, err := writeXLSX(table, about)
	if err != nil {
		return err
	}
	return sendFile(w, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body)
}

func sendFile(w http.ResponseWriter, name, kind string, body []byte) error {
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return send(w, http.StatusOK, kind, body)
}

// sendSheet answers with rows of words and plain numbers as a CSV file.
func sendSheet(w http.ResponseWriter, name string, rows [][]string) error {
	table := make([][]cell, len(rows))
	for i, row := range rows {
		for _, text := range row {
			table[i] = append(table[i], sheetText(text))
		}
	}
	return sendCSV(w, name, table)
}

// sheetText keeps numbers as they are; anything else is somebody's words.
func sheetText(text string) cell {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return ours(text)
	}
	return said(text)
}
