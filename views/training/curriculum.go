package training

import "groundswell/views/ui"

// CurriculumProps is the page of which features were covered.
type CurriculumProps struct {
	Sub     string
	Tabs    ui.TabsProps
	By      []ui.Option // kinds, departments
	Columns []ui.Column
	Rows    []FeatureRow
	None    []ui.Link // features that nobody covered yet, each leading to a session
	Waiting []WaitingLine
}

// FeatureRow is a feature in the curriculum.
type FeatureRow struct {
	Name, Says string
	Cells      []Cell
	Missing    bool // nobody covered it yet
	Plan       string
	Use        *ui.Link // its figures
}

// Cell is a figure or a word, under the label of its column.
type Cell struct {
	Label, Text, URL string
	Words            bool // no figure
	Dim              bool
}

// WaitingLine is a held session of which nobody confirmed yet what it covered.
type WaitingLine struct{ Day, Name, Planned, URL string }
