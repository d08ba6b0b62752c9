package sandbox

// department is a part of Aldermere. The counts are those of the organization
// at its own size, on the Wednesday of pilot week 3.
type department struct {
	name     string
	size     int
	wave     int // 0 the pilot, 1 wave 1, 2 later
	signedIn int // people who have signed in to any Claude product
	tasks    int // of them, people who have delegated a first task
	stay     int // permille of them who come back in their second week
	chat     int // permille of workdays on which someone signed in uses chat
	gaps     gaps
	direct   bool     // the group was made by hand, for reporting: the identity provider does not fill it
	roles    []string // of the department's group
}

// gaps counts people whom enforcement would lock out of Cowork, by cause.
type gaps struct{ nested, unmapped, chatOnly, byHand int }

// Claims lags: its laptops lack the desktop app, so 41 of 112 have signed in.
var departments = []department{
	{name: "Finance", size: 148, signedIn: 138, tasks: 118, stay: 710, chat: 400, roles: []string{"Cowork pilot"}},
	{name: "Marketing", size: 126, signedIn: 117, tasks: 98, stay: 680, chat: 460, roles: []string{"All generally available"}},
	{name: "Revenue Ops", size: 118, signedIn: 106, tasks: 85, stay: 660, chat: 420, roles: []string{"Cowork basic"}},
	{name: "Claims Operations", size: 112, signedIn: 41, tasks: 26, stay: 460, chat: 240, gaps: gaps{nested: 40}, direct: true},
	{name: "Legal", size: 72, signedIn: 60, tasks: 35, stay: 490, chat: 350, gaps: gaps{nested: 16, unmapped: 6, byHand: 6}, direct: true},
	{name: "People", size: 64, signedIn: 50, tasks: 36, stay: 580, chat: 350, gaps: gaps{chatOnly: 21, byHand: 7}, direct: true},

	{name: "Underwriting", size: 430, wave: 1, signedIn: 280, chat: 300, gaps: gaps{nested: 80, unmapped: 17}, direct: true},
	{name: "Customer Service", size: 350, wave: 1, signedIn: 190, chat: 260, gaps: gaps{unmapped: 41, chatOnly: 17}, direct: true},
	{name: "Claims Service", size: 240, wave: 1, signedIn: 120, chat: 240, gaps: gaps{nested: 51, unmapped: 10}, direct: true},
	{name: "Actuarial", size: 160, wave: 1, signedIn: 130, chat: 420, roles: []string{"Everything"}},

	{name: "IT", size: 180, wave: 2, signedIn: 172, tasks: 40, stay: 800, chat: 500, roles: []string{"Chat only"}},
	{name: "Operations", size: 520, wave: 2, signedIn: 330, chat: 260, roles: []string{"Chat only"}},
	{name: "Distribution", size: 380, wave: 2, signedIn: 250, chat: 300, roles: []string{"Chat only"}},
	{name: "Product", size: 156, wave: 2, signedIn: 120, chat: 420, roles: []string{"Chat only"}},
	{name: "Compliance", size: 120, wave: 2, signedIn: 90, chat: 300, roles: []string{"Chat only"}},
	{name: "Facilities", size: 240, wave: 2, signedIn: 76, chat: 140, roles: []string{"Chat only"}},
	{name: "Branch Network", size: 640, wave: 2, signedIn: 330, chat: 200, roles: []string{"Chat only"}}, // takes what rounding leaves
}

// mapped names, per department whose own group carries no role, the group that
// does: the identity provider puts only direct members into it.
var mapped = map[string]struct{ group, role, nested, leftover, chatOnly string }{
	"Claims Operations": {"AL-Claims-All", "Cowork pilot", "AL-Claims-Motor", "", ""},
	"Legal":             {"AL-Legal-All", "Cowork pilot", "AL-Legal-Contracts", "AL-Legal-Temps", ""},
	"People":            {"AL-People-Partners", "Cowork basic", "", "", "AL-People"},
	"Underwriting":      {"AL-UW-All", "All generally available", "AL-UW-Specialty", "AL-UW-Agency", ""},
	"Customer Service":  {"AL-Svc-All", "Cowork pilot", "", "AL-Svc-Contractors", "AL-Svc-Leads"},
	"Claims Service":    {"AL-Claims-All", "Cowork pilot", "AL-Claims-Property", "AL-Claims-Temps", ""},
}

// permission is a grant of a role; what it applies to follows from its kind.
type permission struct{ action, kind, detail string }

var roleSpecs = []struct {
	name   string
	grants []permission
}{
	{"Chat only", []permission{{"chat", "organization", ""}}},
	{"Cowork basic", []permission{{"chat", "organization", ""}, {"cowork", "organization", ""}}},
	{"Cowork pilot", []permission{
		{"capability_chat", "organization", ""}, {"capability_cowork", "organization", ""}, {"web_search", "organization", ""},
		{"use", "all_connectors", ""}, {"always_allow", "connector_tool", "search_mail"}, {"grant", "connector_scope", "Mail_Read_4f1d0c9b7a3e5d2186c0b4a97f3e1d05"},
	}},
	{"All generally available", []permission{{"capability_access_all_ga", "organization", ""}, {"interactive", "connector", ""}}},
	{"Everything", []permission{{"capability_access_all", "organization", ""}, {"use", "all_connectors", ""}}},
	{"Nothing yet", nil},
}

const (
	linkedRole  = "linked"      // a role of Aldermere Re, a linked organization: it is not listed, and 404 when asked for
	unknownRole = "unavailable" // role_ids is null
)

// Connectors, skills and plugins, the most used first.
var connectorCatalog = []struct {
	name, display string
	ownAuth       bool
}{
	{"Microsoft 365", "", true}, // live from the Tuesday of pilot week 2
	{"Salesforce", "", true},
	{"SharePoint Search", "", true},
	{"mcpsrv_01H8vYqW3nTzRk5LbXcD2sFa", "Claims archive", false},
	{"Jira", "", true},
	{"Snowflake", "", false},
	{"mcpsrv_01Kp4WmZ7tGdVn9QxJrB6eUy", "Claims archive", false}, // display names are not unique
}

var skillCatalog = []struct{ name, display, share string }{
	{"xlsx", "", "public"},
	{"docx", "", "public"},
	{"pptx", "", "public"},
	{"pdf", "", "public"},
	{"skill_01TqLw5NcZ8rHbYvM3kXpDsE", "Month-end variance note", "organization"},
	{"skill_01Wn7GfJ2sKyRd6VtBxQ4mPc", "Claims letter, plain English", "organization"},
	{"brand-voice", "", "organization"},
	{"skill_01Zc3HkD9vMnTq7LwRbF5xGs", "", ""}, // a member's own: its name is withheld
}

var pluginCatalog = []struct{ name, id, display string }{
	{"finance-close", "finance-close@aldermere", "Finance close"},
	{"legal-review", "legal-review@aldermere", "Legal review"},
	{"insurance-kit", "insurance-kit@claude-plugins-official", "Insurance kit"},
	{"deck-check", "", ""},
}

var artifactTypes = []string{"text/html", "text/markdown", "application/vnd.ant.react", "image/svg+xml", "other"}

var firstNames = []string{
	"Ines", "Dana", "Tomasz", "Ravi", "Noor", "Kwame", "Elif", "Oskar", "Grace", "Marta", "Henrik", "Yuki", "Marcus", "Aisha", "Liam", "Sofia",
	"Mateo", "Priya", "Jonas", "Chloe", "Omar", "Freya", "Diego", "Hana", "Viktor", "Leila", "Samuel", "Anouk", "Farid", "Greta", "Ivan", "Joy",
	"Kemal", "Lucia", "Mina", "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Stefan", "Tara", "Umar", "Vera", "Wendy", "Xenia", "Yusuf", "Zoe",
	"Adam", "Bea", "Caleb", "Dora", "Emil", "Fiona", "George", "Hugo", "Iris", "Jamal", "Kira", "Luca", "Maya", "Nora", "Owen", "Petra",
}

var lastNames = []string{
	"Marchetti", "Whitfield", "Kowal", "Shah", "Haddad", "Mensah", "Aydin", "Nyberg", "Adeyemi", "Silva", "Dahl", "Tanaka", "Oyelaran", "Novak", "Byrne", "Costa",
	"Fischer", "Grant", "Hughes", "Ito", "Jensen", "Khan", "Larsen", "Moreau", "Nguyen", "Okafor", "Patel", "Quist", "Rossi", "Sato", "Turner", "Ueda",
	"Vargas", "Weber", "Xu", "Yilmaz", "Zeman", "Abbott", "Barros", "Clarke", "Duarte", "Eriksen", "Flores", "Gruber", "Holt", "Ibrahim", "Jovanovic", "Kaya",
	"Lindqvist", "Meyer", "Nowak", "Ortega", "Park", "Reid", "Santos", "Thorne", "Ulrich", "Vogel", "Walsh", "Yamada", "Ziegler", "Ahmed", "Brandt", "Chen",
	"Doyle", "Egan", "Farrell", "Gallo", "Hoang", "Iyer", "Janssen", "Kent", "Lowe", "Marsh", "Nash", "Otto", "Price", "Ryan", "Stone", "Tate",
}
