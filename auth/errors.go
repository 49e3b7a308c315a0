package auth

import "errors"

// Reason is why a token or an API key is not good. It is safe to be told to clients.
type Reason string

// The reasons.
const (
	ReasonMalformed Reason = "the token is malformed"
	ReasonAlgorithm Reason = "the token is signed with an algorithm that is not allowed"
	ReasonKey       Reason = "the token is signed with a key that is not known"
	ReasonSignature Reason = "the token's signature is not valid"
	ReasonPayload   Reason = "the token's claims are malformed"
	ReasonExpired   Reason = "the token has expired"
	ReasonEarly     Reason = "the token is not valid yet"
	ReasonNoExpiry  Reason = "the token does not say when it expires"
	ReasonIssuer    Reason = "the token's issuer is not accepted"
	ReasonAudience  Reason = "the token is meant for another audience"
	ReasonAge       Reason = "the token was issued too long ago"
	ReasonType      Reason = "the token is of a type that is not for requests"
	ReasonClaim     Reason = "the token lacks a claim that is required"
	ReasonRevoked   Reason = "the token has been revoked"
	ReasonBinding   Reason = "the token is bound to a certificate that was not shown"

	ReasonCertificateExpired  Reason = "the client certificate has expired"
	ReasonCertificateNameless Reason = "the client certificate names nobody"

	ReasonSession Reason = "nobody is signed in by the session"

	ReasonKeyMalformed Reason = "the API key is malformed"
	ReasonKeyUnknown   Reason = "the API key is not known"
	ReasonKeyExpired   Reason = "the API key has expired"
	ReasonKeyRevoked   Reason = "the API key has been revoked"
)

// Error is a token that is not good. Cause is for operators; neither holds the token.
type Error struct {
	Reason Reason
	Cause  error
}

// Error is the reason with its cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return string(e.Reason)
	}
	return string(e.Reason) + ": " + e.Cause.Error()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ErrUnavailable is a token or a session that cannot be judged: keys have not been loaded yet, or the monolith is away.
var ErrUnavailable = errors.New("who asks cannot be found out at the moment")
