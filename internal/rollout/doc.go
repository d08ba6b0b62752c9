// Package rollout is the plan of a rollout: the playbook it was made from, its
// tasks and who owns them, the evidence that they are done, the gates in front of
// what cannot be undone, and the decision that a wave may open. A signal outranks
// a person's word, and a person's word has an end. It knows no SQL and no HTTP;
// now, today and whoever acts are arguments.
package rollout
