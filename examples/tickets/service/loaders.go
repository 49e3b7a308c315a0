package service

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

// gather is how long the first load of a batch waits for the others of its level.
const gather = time.Millisecond

// maxBatch is the most ids that one query asks for.
const maxBatch = 500

// shelf answers for many owners at once. What has no tickets is not in the maps.
type shelf interface {
	BySite(ctx context.Context, ids []string, first int, status *model.TicketStatus) (map[string][]*model.Ticket, error)
	ByAuthor(ctx context.Context, ids []string, first int) (map[string][]*model.Ticket, error)
	OpenCounts(ctx context.Context, siteIDs []string) (map[string]int, error)
}

// ticketList is one list that a request asks for: the tickets of an owner, so many, perhaps of one status.
type ticketList struct {
	owner  string
	first  int
	status model.TicketStatus // empty for all
}

func listOf(owner string, first int, status *model.TicketStatus) ticketList {
	l := ticketList{owner: owner, first: first}
	if status != nil {
		l.status = *status
	}
	return l
}

type loaders struct {
	sites *dataloader.Loader[ticketList, []*model.Ticket]
	users *dataloader.Loader[ticketList, []*model.Ticket]
	open  *dataloader.Loader[string, *int]
}

type loadersKey struct{}

// withLoaders gives an operation its loaders. Batches run under the operation's context, so that no field
// can cancel the loads of another.
func withLoaders(ctx context.Context, s shelf) context.Context {
	return context.WithValue(ctx, loadersKey{}, &loaders{
		sites: newLoader(byArguments(func(l ticketList, ids []string) (map[string][]*model.Ticket, error) {
			if l.status == "" {
				return s.BySite(ctx, ids, l.first, nil)
			}
			return s.BySite(ctx, ids, l.first, &l.status)
		})),
		users: newLoader(byArguments(func(l ticketList, ids []string) (map[string][]*model.Ticket, error) {
			return s.ByAuthor(ctx, ids, l.first)
		})),
		open: newLoader(func(_ context.Context, ids []string) []*dataloader.Result[*int] {
			counts, err := s.OpenCounts(ctx, ids)
			results := make([]*dataloader.Result[*int], len(ids))
			for i, id := range ids {
				results[i] = &dataloader.Result[*int]{Data: new(counts[id]), Error: err}
			}
			return results
		}),
	})
}

// loadersOf are the operation's: the handler has put them there.
func loadersOf(ctx context.Context) *loaders {
	l, _ := ctx.Value(loadersKey{}).(*loaders)
	return l
}

func newLoader[K comparable, V any](batch dataloader.BatchFunc[K, V]) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(batch,
		dataloader.WithWait[K, V](gather), dataloader.WithBatchCapacity[K, V](maxBatch))
}

// byArguments asks once for all lists of a batch that differ in nothing but their owner.
func byArguments(query func(l ticketList, ids []string) (map[string][]*model.Ticket, error)) dataloader.BatchFunc[ticketList, []*model.Ticket] {
	return func(_ context.Context, lists []ticketList) []*dataloader.Result[[]*model.Ticket] {
		results := make([]*dataloader.Result[[]*model.Ticket], len(lists))
		places := map[ticketList][]int{} // by what they share
		for i, l := range lists {
			l.owner = ""
			places[l] = append(places[l], i)
		}
		for shared, at := range places {
			ids := make([]string, len(at))
			for n, i := range at {
				ids[n] = lists[i].owner
			}
			found, err := query(shared, ids)
			for _, i := range at {
				list := found[lists[i].owner]
				if list == nil {
					list = []*model.Ticket{} // none: a null would say that nobody knows
				}
				results[i] = &dataloader.Result[[]*model.Ticket]{Data: list, Error: err}
			}
		}
		return results
	}
}
