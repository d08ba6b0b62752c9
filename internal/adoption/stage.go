package adoption

// Stage is how far one person got, in the words of the funnel.
type Stage string

// The stages of a person, in order. Nobody skips one.
const (
	StageNone      Stage = "" // not signed in yet
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

// Of returns the stage of a member; ok is false before the first complete day.
func (s Stages) Of(member int32) (at Stage, ok bool) {
	for i, stage := range []Stage{StageSignedIn, StageDelegated, StageHabitual} {
		if s.sets[i].Has(member) {
			at = stage
		}
	}
	return at, s.known
}
