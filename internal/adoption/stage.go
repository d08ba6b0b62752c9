package adoption

// Stage is how far one person got, in the words of the funnel.
type Stage string

// The stages of a person, in order. Nobody skips one. The zero Stage is of
// somebody of whom nothing is known yet.
const (
	StageNone      Stage = "not_signed_in"
	StageSignedIn  Stage = "signed_in"
	StageDelegated Stage = "delegated"
	StageHabitual  Stage = "habitual"
)

// Stages tells how far each person got by the last complete day. It names a
// stage and no count, and is meant for whoever may read people by name.
type Stages struct {
	known bool
	sets  [3]Bits
}

// Stages returns how far everybody got.
func (x *Index) Stages() Stages {
	if !x.Through.Known() {
		return Stages{}
	}
	return Stages{true, x.stages(x.Through, x.membersOn(x.Through))}
}

// Known reports whether there is a complete day to judge by.
func (s Stages) Known() bool { return s.known }

// Of returns the stage of a member, "" before the first complete day.
func (s Stages) Of(member int32) Stage {
	if !s.known {
		return ""
	}
	at := StageNone
	for i, stage := range []Stage{StageSignedIn, StageDelegated, StageHabitual} {
		if s.sets[i].Has(member) {
			at = stage
		}
	}
	return at
}
