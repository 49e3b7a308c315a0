package service

import (
	"context"

	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

// Sentiment is a first guess: by how urgent a question is, and whether it waits.
func (r *ticketResolver) Sentiment(ctx context.Context, obj *model.Ticket) (*model.Sentiment, error) {
	sentiment := model.SentimentWorried
	switch {
	case obj.Status == model.TicketStatusSolved || obj.Priority == model.TicketPriorityLow:
		sentiment = model.SentimentCalm
	case obj.Priority == model.TicketPriorityUrgent:
		sentiment = model.SentimentAngry
	}
	return &sentiment, nil
}
