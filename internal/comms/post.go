package comms

import (
	"context"
	"time"
)

// Outbox is what waits to go out. It is implemented by store.Store.
type Outbox interface {
	// Claim takes the next delivery of a channel and commits that it is being sent before
	// it returns. ok is false while nothing may leave yet; wait then says when to ask again,
	// 0 for when something new is there.
	Claim(ctx context.Context, channel int, worker string) (p Parcel, ok bool, wait time.Duration, err error)
	// Settle keeps what became of a parcel that was claimed.
	Settle(ctx context.Context, p Parcel, o Outcome) error
}

// Carrier takes one parcel to its recipient. It touches the network once and
// never decides about another try. It is implemented by the program, over internal/deliver.
type Carrier interface {
	Carry(ctx context.Context, p Parcel) Outcome
}
