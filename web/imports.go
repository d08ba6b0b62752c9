package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// Drafts keeps files that were looked at and not applied yet, each for whoever
// uploaded it alone, and the log of imports. It is implemented by store.Store.
type Drafts interface {
	// KeepDraft keeps a file and forgets those of over an hour ago.
	KeepDraft(ctx context.Context, by identity.Actor, k sheet.Kind, f sheet.File, now time.Time) (int64, error)
	// Draft returns a kept file; a NotFound fault when it is somebody else's, applied, dropped or too old.
	Draft(ctx context.Context, by identity.Actor, id int64, now time.Time) (sheet.Draft, error)
	// DropDraft forgets a kept file.
	DropDraft(ctx context.Context, by identity.Actor, id int64) error
	// ImportRuns returns the latest imports, newest first.
	ImportRuns(ctx context.Context, limit int) ([]sheet.Run, error)
}

const (
	importsShown = 10
	draftLife    = time.Hour

	rowsGood = "good" // the value of a form that leaves bad rows out
)

// importer previews and applies files of one kind.
type importer struct {
	preview func(context.Context, identity.Actor, sheet.File, time.Time, lister) (dryRun, error)
	apply   func(context.Context, identity.Actor, sheet.File, sheet.Options, time.Time) (dryRun, error)
}

// importerOf makes an importer of a service's two methods and the words for what they return.
func importerOf[D any](
	preview func(context.Context, identity.Actor, sheet.File, time.Time) (D, error),
	apply func(context.Context, identity.Actor, sheet.File, sheet.Options, time.Time) (D, error),
	words func(D, lister) dryRun,
) importer {
	return importer{
		preview: func(ctx context.Context, by identity.Actor, f sheet.File, now time.Time, l lister) (dryRun, error) {
			d, err := preview(ctx, by, f, now)
			return words(d, l), err
		},
		apply: func(ctx context.Context, by identity.Actor, f sheet.File, o sheet.Options, now time.Time) (dryRun, error) {
			d, err := apply(ctx, by, f, o, now)
			return words(d, lister{}), err
		},
	}
}

func (s *Server) importer(k sheet.Kind) importer {
	p, t := s.People.Import, s.People.Training
	switch k {
	case sheet.Training:
		return importerOf[enablement.Difference](t.Preview, t.Apply, trainingRun)
	case sheet.Devices:
		return importerOf[rollout.InventoryDifference](s.People.Devices.Preview, s.People.Devices.Apply, deviceRun)
	case sheet.Touchpoints:
		return importerOf[roster.TouchpointDifference](p.PreviewTouchpoints, p.ApplyTouchpoints, touchpointRun)
	}
	return importerOf[roster.Difference](p.Preview, p.Apply, peopleRun)
}

// importPage is where a file is chosen.
func (s *Server) importPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawUpload(w, r, actor, http.StatusOK, views.UploadProps{Kind: kindOf(r.URL.Query().Get("what"))})
}

func kindOf(key string) views.Kind {
	if k, ok := views.KindOf(key); ok {
		return k
	}
	return views.People()
}

// drawUpload completes props, which hold what the form came back with, and answers the page.
func (s *Server) drawUpload(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, props views.UploadProps) error {
	runs, err := s.People.Drafts.ImportRuns(r.Context(), importsShown)
	if err != nil {
		return err
	}
	props.Head = ui.PageHeadProps{
		Title: "Import a file", Crumbs: []ui.Link{{Label: "People", URL: route.People}},
		Sub: "See what a file would change before anything is kept.",
	}
	props.Action, props.Sample = route.Imports, route.Sample(props.Kind.Key)
	for _, k := range views.Kinds() {
		props.Kinds = append(props.Kinds, ui.Option{Label: k.Title, URL: route.With(route.Imports, "what", k.Key), Current: k.Key == props.Kind.Key})
	}
	for _, run := range runs {
		props.Imports = append(props.Imports, importRow(run, s.Now()))
	}
	return s.page(w, r, actor, page{Title: "Import a file", Section: route.People, Status: status}, views.Upload(props))
}

func importRow(run sheet.Run, now time.Time) views.Import {
	at := run.AppliedAt.UTC()
	out := views.Import{
		What: kindOf(string(run.Kind)).Title, File: run.File, When: ui.Date(at, now.UTC()) + ", " + ui.Clock(at), Who: run.By,
		Rows: ui.Count(run.Rows), Added: ui.Count(run.Added), Changed: ui.Count(run.Changed), Skips: ui.Count(run.Skipped),
	}
	if out.Who == "" {
		out.Who = "Command line"
	}
	if out.File == "" {
		out.File = "Standard input"
	}
	return out
}

// uploadFile reads a file, keeps it as a draft and leads to what it would change.
func (s *Server) uploadFile(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	u, err := readUpload(w, r)
	if tooLarge(err) {
		props := views.UploadProps{Kind: kindOf(""), Error: "The file is larger than 32 MiB. Nothing was imported. Split it, with the header row in each part, and import one after the other."}
		return s.drawUpload(w, r, actor, http.StatusRequestEntityTooLarge, props)
	}
	if err != nil {
		return err
	}
	kind, ok := views.KindOf(u.what)
	if !ok {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	if len(u.body) == 0 {
		return s.refuseUpload(w, r, actor, kind, u, fault.Field("file", "Choose a CSV file, or paste its text."))
	}
	return s.keepUpload(w, r, actor, kind, u)
}

func (s *Server) keepUpload(w http.ResponseWriter, r *http.Request, actor identity.Actor, kind views.Kind, u upload) error {
	ctx, now, k := r.Context(), s.Now(), sheet.Kind(kind.Key)
	_, err := s.importer(k).preview(ctx, actor, sheet.File{Name: u.name, Body: bytes.NewReader(u.body)}, now, lister{})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return s.refuseUpload(w, r, actor, kind, u, asFault(err))
	}
	if err != nil {
		return err
	}
	id, err := s.People.Drafts.KeepDraft(ctx, actor, k, sheet.File{Name: u.name, Body: bytes.NewReader(u.body)}, now)
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Import(id), "")
}

// refuseUpload shows the form again with what is wrong beside the file or the text.
func (s *Server) refuseUpload(w http.ResponseWriter, r *http.Request, actor identity.Actor, kind views.Kind, u upload, f *fault.Error) error {
	props, say := views.UploadProps{Kind: kind}, f.Say+" Nothing was imported."
	if u.pasted {
		props.AtText, props.Text = say, u.text
	} else {
		props.Error = say
	}
	return s.drawUpload(w, r, actor, statusOf(f.Kind), props)
}

// draft finds the kept file that the address names.
func (s *Server) draft(r *http.Request, actor identity.Actor) (sheet.Draft, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "draft"), 10, 64)
	if err != nil {
		return sheet.Draft{}, errNoDraft
	}
	d, err := s.People.Drafts.Draft(r.Context(), actor, id, s.Now())
	if fault.Is(err, fault.NotFound) {
		return d, errNoDraft
	}
	return d, err
}

var errNoDraft = fault.New(fault.NotFound, "There is no such file here: it was imported, discarded or uploaded over an hour ago. Upload it again to see what it would change now.")

func fileOf(d sheet.Draft) sheet.File { return sheet.File{Name: d.File, Body: bytes.NewReader(d.Body)} }

// draftPage shows what a kept file would change now.
func (s *Server) draftPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.draft(r, actor)
	if err != nil {
		return err
	}
	return s.drawDraft(w, r, actor, d, http.StatusOK, nil)
}

func (s *Server) drawDraft(w http.ResponseWriter, r *http.Request, actor identity.Actor, d sheet.Draft, status int, problem *ui.BannerProps) error {
	l := lister{path: route.Import(d.ID), query: r.URL.Query(), today: s.Now().UTC()}
	run, err := s.importer(d.Kind).preview(r.Context(), actor, fileOf(d), s.Now(), l)
	if err != nil {
		return err
	}
	props := draftProps(d, run)
	props.Problem = problem
	return s.page(w, r, actor, page{Title: "What " + d.File + " would change", Section: route.People, Status: status}, views.Draft(props))
}

// applyDraft imports a kept file, provided that it still changes what was shown.
func (s *Server) applyDraft(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	d, err := s.draft(r, actor)
	if err != nil {
		return err
	}
	o := sheet.Options{SkipBad: f.Get("rows") == rowsGood, Shrink: f.Get("shrink") == "yes", Draft: d.ID, Seen: f.Get("digest")}
	if o.Seen == "" {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	run, err := s.importer(d.Kind).apply(r.Context(), actor, fileOf(d), o, s.Now())
	switch {
	case err == nil:
		s.askChecks(r.Context())
		return s.redirect(w, r, afterImport(d.Kind), imported(d, run))
	case fault.Is(err, fault.Conflict):
		return s.drawDraft(w, r, actor, d, http.StatusConflict, &ui.BannerProps{
			Title: "Nothing was imported: the file would change something else by now", Tone: ui.ToneWarn, Alert: true,
			Body: "Somebody changed the roster since you looked. Your file is kept; below is what it would change now.",
		})
	case fault.Is(err, fault.Invalid):
		return s.drawDraft(w, r, actor, d, http.StatusUnprocessableEntity, &ui.BannerProps{Title: "Nothing was imported", Body: asFault(err).Say, Tone: ui.ToneBad, Alert: true})
	}
	return err
}

// afterImport is where what was imported can be seen.
func afterImport(k sheet.Kind) string {
	if k == sheet.People {
		return route.People
	}
	return route.With(route.Imports, "what", string(k))
}

// discardDraft forgets a kept file.
func (s *Server) discardDraft(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.draft(r, actor)
	if err != nil {
		return err
	}
	if err := s.People.Drafts.DropDraft(r.Context(), actor, d.ID); err != nil {
		return err
	}
	return s.redirect(w, r, route.With(route.Imports, "what", string(d.Kind)), "Discarded. Nothing was imported.")
}

// sample sends a file to start from.
func (s *Server) sample(k views.Kind) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
		return sendSheet(w, k.Key+".csv", k.Sample(s.Now().UTC()))
	}
}
