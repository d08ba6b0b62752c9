package people

import "time"

// Sample returns a file of this kind to start from: its header and a few rows
// that could be imported as they are, with days shortly before today.
func (k Kind) Sample(today time.Time) [][]string {
	header := make([]string, 0, len(k.Columns))
	for _, c := range k.Columns {
		header = append(header, c.Name)
	}
	ago := func(days int) string { return today.AddDate(0, 0, -days).Format(time.DateOnly) }
	return append([][]string{header}, samples(k.Key, ago)...)
}

func samples(key string, ago func(days int) string) [][]string {
	switch key {
	case "training":
		return [][]string{
			{"ada.novak@example.com", "Cowork 101, morning", "all_staff_101", ago(14), "attended", "45"},
			{"milo.brandt@example.com", "Cowork 101, morning", "all_staff_101", ago(14), "no_show", ""},
			{"ada.novak@example.com", "Claims in practice", "department", ago(9), "completed", "60"},
		}
	case "touchpoints":
		return [][]string{
			{ago(8), "lena.sorel@example.com", "ada.novak@example.com", "", "pairing", "First claim summary together"},
			{ago(7), "lena.sorel@example.com", "", "Claims Operations", "demo", "Team meeting"},
		}
	case "devices":
		return [][]string{
			{"LT-20417", "ada.novak@example.com", "windows", "1.4.210", ago(1)},
			{"LT-20418", "lena.sorel@example.com", "macos", "1.4.198", ago(2)},
			{"LT-20419", "milo.brandt@example.com", "windows", "", ago(1)},
		}
	}
	return [][]string{
		{"ada.novak@example.com", "Ada Novak", "Claims Operations", "Wave 1", "Claims handler", "lena.sorel@example.com", "Rotterdam", ""},
		{"lena.sorel@example.com", "Lena Sorel", "Claims Operations", "Pilot", "Head of claims", "", "Rotterdam", ""},
		{"milo.brandt@example.com", "Milo Brandt", "Legal", "Pilot", "Counsel", "", "Lyon", ago(90)},
		{"milo.brandt@example.com", "Milo Brandt", "Compliance", "Pilot", "Counsel", "", "Lyon", ago(21)},
	}
}
