package ui

// Tone is the colour of a bar: state, never decoration.
type Tone string

// The tones of a bar. The zero Tone is data.
const (
	ToneData  Tone = ""
	ToneInk   Tone = "ink"
	ToneQuiet Tone = "mut"
	ToneGood  Tone = "ok"
	ToneWarn  Tone = "warn"
	ToneBad   Tone = "bad"
)

// BarProps is one horizontal bar: a share of its track, and where its target stands.
type BarProps struct {
	Share  Reading // 0 to 1; unknown draws an empty track
	Target Reading // 0 to 1
	Tone   Tone
	Height int // px; 6 when 0
}

func (p BarProps) height() int {
	if p.Height <= 0 {
		return 6
	}
	return p.Height
}

// BarListProps is a ranking: names with a bar and a value each. It is a table.
type BarListProps struct {
	Title  string // captions the table
	Name   string // head of the first column
	Value  string // head of the value column
	Note   string // head of the note column; "" leaves the column out
	Scale  Scale
	Rows   []BarRow
	Target Reading // drawn as a tick on every bar
	Empty  string
}

// BarRow is one line of a ranking.
type BarRow struct {
	Name  string
	Value Reading
	Note  string
	Tone  Tone
}

// bar returns row r's bar, measured against the greatest value or the target.
func (p BarListProps) bar(r BarRow) BarProps {
	high := 0.0
	for _, o := range p.Rows {
		if o.Value.Known {
			high = max(high, o.Value.Value)
		}
	}
	if p.Target.Known {
		high = max(high, p.Target.Value)
	}
	b := BarProps{Tone: r.Tone, Height: 8}
	if high <= 0 {
		return b
	}
	if r.Value.Known {
		b.Share = Read(r.Value.Value / high)
	}
	if p.Target.Known {
		b.Target = Read(p.Target.Value / high)
	}
	return b
}

// FunnelProps is how many people are left at each of a row of stages.
type FunnelProps struct {
	Title  string
	Stages []FunnelStage
	Empty  string
}

// FunnelStage is one stage. Loss says who was lost on the way to it; Who, where
// given, says more about them.
type FunnelStage struct {
	Name   string
	People Reading
	Loss   string
	Who    string
}

// share returns stage i's part of the first stage.
func (p FunnelProps) share(i int) Reading {
	first, here := p.Stages[0].People, p.Stages[i].People
	if !first.Known || first.Value <= 0 || !here.Known {
		return Reading{}
	}
	return Read(here.Value / first.Value)
}

func (s FunnelStage) who() string {
	if s.Who == "" {
		return ""
	}
	return ", " + s.Who
}

func (p FunnelProps) blank() bool {
	for _, s := range p.Stages {
		if s.People.Known {
			return false
		}
	}
	return true
}

func (p BarProps) radius() string {
	if p.height() > 12 {
		return "4"
	}
	return coord(float64(p.height()) / 2)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
