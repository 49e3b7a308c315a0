package resolvers

import "github.com/vektah/gqlparser/v2/gqlerror"

// fault is an error for two readers: a code and a message that name no internals for the client, the cause
// for the log.
func fault(code, message string, cause error) error {
	return &gqlerror.Error{Err: cause, Message: message, Extensions: map[string]any{"code": code}}
}
