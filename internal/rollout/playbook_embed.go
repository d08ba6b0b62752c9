package rollout

// PlaybookNamed returns the playbook with a key, false when there is none.
func PlaybookNamed(key string) (Playbook, bool) { return Playbook{}, false }
