package enablement

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"groundswell/internal/day"
)

//go:embed starter/*.md
var starterFiles embed.FS

// starter is the text that ships with the program, read once. What cannot be read
// is a defect of the program, and a test finds it.
var starter = sync.OnceValue(readStarter)

type shipped struct {
	guides []GuideEdit
	kit    map[Slot]GuideText
	tips   []GuideText
}

// StarterGuides returns the guides offered to an empty library, in its order.
func StarterGuides() []GuideEdit { return slices.Clone(starter().guides) }

// ShippedTips returns the tips there are to choose from.
func ShippedTips() []GuideText { return slices.Clone(starter().tips) }

// Kit returns the pages of the champion kit in their order: those saved, and the
// shipped text where nobody changed it yet.
func Kit(saved []Guide) []Guide {
	var out []Guide
	for _, slot := range KitSlots() {
		i := slices.IndexFunc(saved, func(g Guide) bool { return g.Slot == slot })
		if i < 0 {
			out = append(out, Guide{GuideText: ShippedKit(slot), Audience: ForChampions, Slot: slot, Week: day.None})
			continue
		}
		out = append(out, saved[i])
	}
	return out
}

// ShippedKit returns the first text of a page of the champion kit.
func ShippedKit(slot Slot) GuideText { return starter().kit[slot] }

// readStarter reads files named audience-order-subject.md, kit-slot.md and tips.md.
func readStarter() shipped {
	out := shipped{kit: map[Slot]GuideText{}}
	entries, err := starterFiles.ReadDir("starter")
	if err != nil {
		panic(fmt.Sprintf("read the shipped guides: %v", err))
	}
	for _, e := range entries {
		body, err := starterFiles.ReadFile("starter/" + e.Name())
		if err != nil {
			panic(fmt.Sprintf("read the shipped guide %s: %v", e.Name(), err))
		}
		texts := titled(string(body))
		kind, rest, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".md"), "-")
		switch kind {
		case "tips":
			out.tips = texts
		case "kit":
			out.kit[Slot(rest)] = texts[0]
		default:
			out.guides = append(out.guides, GuideEdit{Audience: Audience(kind), GuideText: texts[0]})
		}
	}
	slices.SortStableFunc(out.guides, func(a, b GuideEdit) int {
		return slices.Index(Audiences(), a.Audience) - slices.Index(Audiences(), b.Audience)
	})
	return out
}

// titled cuts a file at its titles, lines that begin with "# ".
func titled(text string) []GuideText {
	var out []GuideText
	for _, part := range strings.Split("\n"+text, "\n# ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		out = append(out, GuideText{Title: strings.TrimSpace(title), Body: strings.TrimSpace(body)})
	}
	return out
}
