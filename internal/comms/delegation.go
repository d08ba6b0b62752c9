package comms

import (
	"regexp"
	"strconv"
	"strings"
)

// Criterion is one thing that a message to people should do so that they hand over
// work, and do not just chat.
type Criterion struct {
	Holds   bool
	Says    string // what the text does, or does not: "Asks for one real task"
	Why     string // why it matters
	Suggest string // a line that would do it; "" when it holds
}

// Known is what is known beside the text when it is checked.
type Known struct {
	Champions  []string // names of champions
	Devices    bool     // device management says who has the app
	WithoutApp int      // people of the audience who do not have it yet
}

// Checked reports whether the delegation check is made of a message: it is of those to
// people. Champions, leads and executives are told something else.
func (m Message) Checked() bool { return m.Audience.Who == WhoPeople }

// Delegation checks a text for what makes people delegate. It explains, and stops nothing.
func Delegation(subject, body string, known Known) []Criterion {
	text := readable(subject + ".\n" + body)
	return []Criterion{
		deliverable(text), realTask(text), namesChampion(text, known.Champions), appArrives(text, known),
	}
}

// readable is a text without the marks of Markdown, in small letters.
func readable(text string) string {
	text = strings.NewReplacer("*", "", "`", "", "’", "'", "\u00a0", " ").Replace(text)
	return strings.ToLower(text)
}

const artifact = `(?:file|report|draft|summary|deck|slides?|table|spreadsheet|sheet|memo|document|brief|analysis|list|plan|letter|contract|proposal|workbook|minutes|overview|comparison|answer document)s?`

var (
	comesBack = regexp.MustCompile(`\b(?:deliverables?\b|come back to\b[^.!?]*\b(?:finished|done|ready|` + artifact + `)\b|(?:finished|completed|ready-made) (?:work|piece|product|` + artifact + `)\b|` +
		`(?:you|people|they|we|who|and|then) (?:get|got|gets|receive|received|leave with|left with|end up with|walk away with|take home)\b[^.!?]*\b` + artifact + `\b|` +
		`(?:hands?|handed|gives?|gave|sends?|brings?|writes?|wrote|makes?|made|prepares?|prepared|produces?|produced|delivers?|delivered|drafts?|drafted|saves?|puts?) (?:you |back |it back |up )*(?:with )?(?:the |a |an |your |one )?[^.!?]{0,40}\b` + artifact + `\b|` +
		`\b` + artifact + `\b[^.!?]{0,40}\b(?:is|are|was|were) (?:back|ready|waiting|finished|done|there)\b)`)

	onlyChat = regexp.MustCompile(`\b(?:not just|more than|instead of|rather than|no|without|not) (?:a |an |the |to )?(?:chat|chats|chatting|answers?)\b`)

	oneTask = regexp.MustCompile(`\b(?:bring|pick|choose|take|try|start|begin|hand|delegate|give|describe|think of|find|select|name|do|reply)\b[^.!?\n]{0,50}\b(?:one|a|an|your|this|that)\b[^.!?\n]{0,30}\b(?:tasks?|pieces? of (?:real |your |own )*work|jobs?|assignment|piece of real work)\b`)

	plainTask = regexp.MustCompile(`\b(?:a|one|your) (?:first )?(?:real|own|actual) (?:task|piece of work|work)\b`)

	champion = regexp.MustCompile(`\{\{\s*champion\s*\}\}`)

	arrives = regexp.MustCompile(`\{\{\s*app_link\s*\}\}|\b(?:install|installs|installed|installing|installation|download|downloads|downloaded|company portal|software cent(?:er|re)|self service|app store)\b|` +
		`\b(?:app|application)\b[^.!?\n]{0,60}\b(?:is|are|was|will be|comes?|arrives?|appears?|lands?) (?:already |now )?(?:on|by|to|in|with|there|pushed|ready)\b`)
)

func deliverable(text string) Criterion {
	c := Criterion{
		Holds: comesBack.MatchString(text), Says: "Says what people get back, not just that they can chat",
		Why: "Whoever expects answers asks questions. Whoever expects a finished file hands over the work.",
	}
	if !c.Holds {
		c.Says, c.Suggest = "Does not say what people get back", "You describe the task, hand it over, and come back to a finished file."
		if onlyChat.MatchString(text) {
			c.Says = "Says that it is more than chat, not what people get back"
		}
	}
	return c
}

func realTask(text string) Criterion {
	c := Criterion{
		Holds: oneTask.MatchString(text) || plainTask.MatchString(text), Says: "Asks for one real task",
		Why: "One task of one’s own is begun this week. Being told of many uses is not.",
	}
	if !c.Holds {
		c.Says, c.Suggest = "Does not ask for a task", "Bring one real task of yours this week: one that ends in something you can show."
	}
	return c
}

func namesChampion(text string, champions []string) Criterion {
	c := Criterion{
		Holds: champion.MatchString(text), Says: "Names the champion",
		Why: "People ask somebody they know before they ask a channel.",
	}
	for _, name := range champions {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && strings.Contains(text, name) {
			c.Holds = true
		}
	}
	if !c.Holds {
		c.Says, c.Suggest = "Does not name the champion", "Ask {{champion}}: your champion has done this before."
	}
	return c
}

func appArrives(text string, known Known) Criterion {
	c := Criterion{
		Holds: arrives.MatchString(text), Says: "Says how the app gets there",
		Why: "Cowork is in the desktop app. Whoever does not have it yet looks for it on the web and gives up.",
	}
	if !c.Holds {
		c.Says, c.Suggest = "Does not say how the app gets there", "Do you have the desktop app? If not, install it first: {{app_link}}"
	}
	if known.Devices {
		c.Why = withoutApp(known.WithoutApp) + " " + c.Why
	}
	return c
}

func withoutApp(n int) string {
	switch n {
	case 0:
		return "Everybody it reaches has it already."
	case 1:
		return "1 person does not have it yet."
	}
	return grouped(n) + " people do not have it yet."
}

// grouped writes a number as 1,180.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
