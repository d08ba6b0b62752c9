package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/identity"
	"groundswell/internal/seal"
)

const auditPurpose = "audit log"

const lockAuditHead = `select seq, mac from audit_head for update`

const insertAudit = `
insert into audit_log (seq, at, actor_kind, actor_account, actor_token, action, subject, detail, key_id, mac)
values (@seq, @at, @actor_kind, nullif(@actor_account, 0), nullif(@actor_token, 0), @action, @subject, @detail, @key_id, @mac)`

const moveAuditHead = `update audit_head set seq = @seq, mac = @mac`

// audit adds events to the log inside the transaction of the change they tell
// of. Entries of all transactions form one chain, so whoever writes one holds
// the head until commit. Without keys the change fails.
func (s *Store) audit(ctx context.Context, tx pgx.Tx, at time.Time, events ...identity.Event) error {
	if len(events) == 0 {
		return nil
	}
	if s.keys == nil {
		return errors.New("the audit log cannot be signed without GROUNDSWELL_SECRET_KEY")
	}
	var seq int64
	var mac []byte
	if err := tx.QueryRow(ctx, lockAuditHead).Scan(&seq, &mac); err != nil {
		return fmt.Errorf("read the head of the audit log: %w", err)
	}
	for _, e := range events {
		entry, err := entryOf(e, seq+1, at)
		if err != nil {
			return err
		}
		seq++
		if mac, err = s.appendEntry(ctx, tx, entry, mac); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, moveAuditHead, pgx.StrictNamedArgs{"seq": seq, "mac": mac})
	return err
}

// Audit writes events that belong to no other change here, in a transaction of their own.
func (s *Store) Audit(ctx context.Context, at time.Time, events ...identity.Event) error {
	return s.inTx(ctx, func(tx pgx.Tx) error { return s.audit(ctx, tx, at, events...) })
}

func entryOf(e identity.Event, seq int64, at time.Time) (identity.Entry, error) {
	detail := e.Detail
	if detail == nil {
		detail = map[string]string{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return identity.Entry{}, fmt.Errorf("write an audit entry: %w", err)
	}
	return identity.Entry{
		Seq: seq, At: at.UTC().Truncate(time.Microsecond), ActorKind: e.ActorKind(),
		ActorAccount: e.By.Account, ActorToken: e.By.Token,
		Action: e.Action, Subject: e.Subject, Detail: string(text),
	}, nil
}

func (s *Store) appendEntry(ctx context.Context, tx pgx.Tx, e identity.Entry, previous []byte) ([]byte, error) {
	keyID, mac := s.keys.MAC(auditPurpose, entryBytes(e, previous))
	_, err := tx.Exec(ctx, insertAudit, pgx.StrictNamedArgs{
		"seq": e.Seq, "at": e.At, "actor_kind": e.ActorKind,
		"actor_account": int64(e.ActorAccount), "actor_token": e.ActorToken,
		"action": e.Action, "subject": e.Subject, "detail": e.Detail, "key_id": keyID, "mac": mac,
	})
	if err != nil {
		return nil, fmt.Errorf("write an audit entry: %w", err)
	}
	return mac, nil
}

// entryBytes writes an entry and the signature before it so that no two differ in meaning but not in bytes.
func entryBytes(e identity.Entry, previous []byte) []byte {
	var b []byte
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text := func(t string) {
		number(int64(len(t)))
		b = append(b, t...)
	}
	text(string(previous))
	number(e.Seq)
	number(e.At.UnixMicro())
	number(int64(e.ActorAccount))
	number(e.ActorToken)
	for _, t := range []string{e.ActorKind, e.Action, e.Subject, e.Detail} {
		text(t)
	}
	return b
}

const readAudit = `
select seq, at, actor_kind, coalesce(actor_account, 0) as actor_account, coalesce(actor_token, 0) as actor_token,
       action, subject, detail, key_id, mac
from audit_log order by seq`

const readAuditHead = `select seq, mac from audit_head`

type auditRow struct {
	Seq          int64
	At           time.Time
	ActorKind    string
	ActorAccount int64
	ActorToken   int64
	Action       string
	Subject      string
	Detail       string
	KeyID        string
	Mac          []byte
}

func (r auditRow) entry() identity.Entry {
	return identity.Entry{
		Seq: r.Seq, At: r.At, ActorKind: r.ActorKind, ActorAccount: identity.AccountID(r.ActorAccount),
		ActorToken: r.ActorToken, Action: r.Action, Subject: r.Subject, Detail: r.Detail,
	}
}

// AuditState is what a check of the audit log found.
type AuditState struct {
	Entries int64
	Bad     int64  // the first entry that is wrong or missing; 0 when the log is whole
	Why     string // what is wrong with it
}

// VerifyAudit reads the whole log and names the first entry that was changed,
// removed, put in or signed with a key that is not configured.
func (s *Store) VerifyAudit(ctx context.Context) (AuditState, error) {
	var state AuditState
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var err error
		state, err = s.verifyAudit(ctx, tx)
		return err
	})
	return state, translate(err)
}

func (s *Store) verifyAudit(ctx context.Context, tx pgx.Tx) (AuditState, error) {
	if s.keys == nil {
		return AuditState{}, errors.New("the audit log cannot be verified without GROUNDSWELL_SECRET_KEY")
	}
	var head struct {
		seq int64
		mac []byte
	}
	if err := tx.QueryRow(ctx, readAuditHead).Scan(&head.seq, &head.mac); err != nil {
		return AuditState{}, err
	}
	rows, err := tx.Query(ctx, readAudit)
	if err != nil {
		return AuditState{}, err
	}
	var state AuditState
	previous := []byte{}
	for rows.Next() && state.Bad == 0 {
		row, err := pgx.RowToStructByName[auditRow](rows)
		if err != nil {
			return AuditState{}, err
		}
		state.Entries++
		if why := s.judge(row, state.Entries, previous); why != "" {
			state.Bad, state.Why = state.Entries, why
		}
		previous = row.Mac
	}
	rows.Close()
	if state.Bad == 0 && (state.Entries != head.seq || string(previous) != string(head.mac)) {
		state.Bad, state.Why = min(state.Entries, head.seq)+1, "entries at the end are missing, or the head was changed"
	}
	return state, rows.Err()
}

// judge says what is wrong with a row that should follow previous, "" for nothing.
func (s *Store) judge(r auditRow, want int64, previous []byte) string {
	if r.Seq != want {
		return "it is missing"
	}
	ok, err := s.keys.CheckMAC(auditPurpose, r.KeyID, entryBytes(r.entry(), previous), r.Mac)
	switch {
	case errors.Is(err, seal.ErrUnknownKey):
		return "it was " + seal.ErrUnknownKey.Error()
	case !ok:
		return "it, or one before it, was changed"
	}
	return ""
}
