package rollout

import (
	"path"
	"strings"
	"unicode"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// MaxProofBytes is how large the file of a proof may be.
const MaxProofBytes = 5 << 20

const (
	maxNote      = 4000
	maxProofName = 200
)

// note is the rule of [Service.Note].
func note(p *Plan, a acting, id TaskID, text string) (Change, error) {
	var c Change
	if _, err := p.changeable(a, id, 0); err != nil {
		return c, err
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return c, fault.Field("note", "Write something.")
	}
	text, err := optional("note", text, maxNote)
	if err != nil {
		return c, err
	}
	c.note(a, id, "note", text)
	return c, nil
}

// addLink is the rule of [Service.AddLink].
func addLink(p *Plan, a acting, id TaskID, name, address string) (Change, error) {
	var c Change
	if _, err := p.changeable(a, id, 0); err != nil {
		return c, err
	}
	link, err := webAddress("url", address)
	if err != nil {
		return c, err
	}
	if name, err = optional("name", name, maxProofName); err != nil {
		return c, err
	}
	if name == "" {
		name = strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://")
		name = string([]rune(name)[:min(len([]rune(name)), maxProofName)])
	}
	return p.keepProof(a, NewProof{Proof: Proof{Task: id, Kind: LinkProof, Name: name, URL: link}})
}

// addFile is the rule of [Service.AddFile].
func addFile(p *Plan, a acting, id TaskID, name string, body []byte) (Change, error) {
	var c Change
	if _, err := p.changeable(a, id, 0); err != nil {
		return c, err
	}
	media, err := acceptFile(body)
	if err != nil {
		return c, err
	}
	name = withEnding(fileName(name), media)
	if name, err = optional("file", name, maxProofName); err != nil {
		return c, err
	}
	return p.keepProof(a, NewProof{Proof: Proof{Task: id, Kind: FileProof, Name: name, MediaType: media, Size: int64(len(body))}, Body: body})
}

// fileName returns the last part of a path on any system, without what cannot be
// seen, and a name where there is none.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, name)
	name = path.Base(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/"))
	if name == "." || name == "/" {
		return "file"
	}
	return name
}

const maxProofs = 20

func (p *Plan) keepProof(a acting, f NewProof) (Change, error) {
	var c Change
	if len(p.Proofs[f.Task]) >= maxProofs {
		return c, fault.Field("file", "A task keeps "+number(maxProofs)+" proofs. Remove one first.")
	}
	f.At, f.By = a.now, a.person()
	c.Proofs = []NewProof{f}
	c.note(a, f.Task, "proof", "Added “"+f.Name+"” as proof.", "kind", string(f.Kind))
	return c, nil
}

// removeProof is the rule of [Service.RemoveProof].
func removeProof(p *Plan, a acting, id TaskID, proof int64) (Change, error) {
	var c Change
	if _, err := p.changeable(a, id, 0); err != nil {
		return c, err
	}
	for _, f := range p.Proofs[id] {
		if f.ID != proof {
			continue
		}
		if !a.by.Has(identity.Lead) && !strings.EqualFold(f.By.Email, a.by.Email) {
			return c, fault.New(fault.Forbidden, "Whoever left a proof removes it, or a rollout lead.")
		}
		c.RemovedProofs = []int64{proof}
		c.note(a, id, "proof", "Removed “"+f.Name+"”.", "removed", "proof")
		return c, nil
	}
	return c, fault.New(fault.NotFound, "There is no such proof.")
}

// SentProof is the address of what went out, as proof with the task that it fulfils.
func SentProof(mailing int64) string { return route.Mailing(mailing) }
