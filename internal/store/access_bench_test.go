package store_test

import (
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// hundredThousand members in 40 groups, three each, placed in 20 departments and 4 waves.
const hundredThousand = `
insert into department (name) select 'Department ' || n from generate_series(1, 20) n;
insert into wave (name, opens_on) select 'Wave ' || n, date '2026-11-01' + n * 14 from generate_series(0, 3) n;
insert into member (ord, user_id, email, name, role, added_at, listed)
select n, 'u' || n, 'u' || n || '@example.com', 'Person ' || n, 'user', '2026-01-01', true from generate_series(0, 99999) n;
insert into person (email, name) select email, name from member order by ord;
insert into placement (person, department, wave) select id, 1 + id % 20, 1 + id % 4 from person;
insert into rbac_role (id, name, display_name) select 'r' || n, 'Role ' || n, '' from generate_series(0, 9) n;
insert into rbac_permission (role_id, action, resource) select 'r' || n, case when n < 3 then 'cowork' else 'chat' end, 'organization' from generate_series(0, 9) n;
insert into rbac_group (id, name, source_type, roles_known) select 'g' || n, 'AL-Group-' || n, 'scim', true from generate_series(0, 39) n;
insert into rbac_group_role (group_id, role_id) select 'g' || n, 'r' || n % 10 from generate_series(0, 39) n where n % 4 > 0;
insert into rbac_group_member (group_id, member) select distinct 'g' || (n * k + k) % 40, n from generate_series(0, 99999) n, generate_series(1, 3) k;
insert into source_state (source, status, last_success_at) select s, 'complete', '2026-11-19 11:00Z' from unnest(array['members', 'groups', 'roles']) s;
analyze`

// BenchmarkRunAccess runs enforcement for them. It is meant to take less than two seconds.
func BenchmarkRunAccess(b *testing.B) {
	pool := dbtest.New(b)
	if _, err := pool.Exec(b.Context(), hundredThousand); err != nil {
		b.Fatal(err)
	}
	keys, _ := seal.Random()
	s := store.New(pool, keys)
	if _, err := s.Index(b.Context()); err != nil { // which every process has in memory
		b.Fatal(err)
	}
	for b.Loop() {
		run, err := s.RunAccess(b.Context(), identity.Actor{}, at(thursday)())
		if err != nil || run.Members != 100_000 || run.Surprise == 0 {
			b.Fatalf("%d members, %d by surprise: %v", run.Members, run.Surprise, err)
		}
	}
}
