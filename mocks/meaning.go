package mocks

import (
	"slices"
	"strings"
	"unicode"
)

// meaning is what a field is about, as its name tells.
type meaning int

// The meanings. The order is that of the table below, which decides where a name has several of its words.
const (
	unknown meaning = iota
	email
	phone
	image
	link
	firstName
	lastName
	username
	company
	job
	name
	title
	prose
	street
	city
	region
	country
	postcode
	latitude
	longitude
	currency
	money
	cents
	percent
	rating
	color
	language
	timezone
	ip
	host
	slug
	checksum
	version
	moment
	day
	year
	age
	milliseconds
	amount
	code
)

// words leads from the words of a field's name to what it is about; the first line that has one of them wins.
var words = []struct {
	meaning meaning
	words   []string
}{
	{email, []string{"email", "mail"}},
	{phone, []string{"phone", "mobile", "fax", "telephone", "tel"}},
	{image, []string{"avatar", "image", "img", "photo", "picture", "thumbnail", "logo", "icon", "banner", "cover"}},
	{link, []string{"url", "uri", "link", "href", "website", "homepage", "permalink"}},
	{checksum, []string{"hash", "sha", "commit", "checksum", "digest", "etag", "token", "fingerprint"}},
	{postcode, []string{"zip", "postcode", "postal", "zipcode"}},
	{currency, []string{"currency"}},
	{country, []string{"country", "nation", "nationality"}},
	{moment, []string{"at", "on", "timestamp", "datetime", "since", "until", "created", "updated", "modified", "deleted", "expires", "expiry", "deadline", "epoch"}},
	{day, []string{"date", "day", "birthday", "birthdate", "dob"}},
	{cents, []string{"cents", "pence"}},
	{percent, []string{"percent", "percentage", "ratio", "rate", "discount", "progress"}},
	{milliseconds, []string{"latency", "duration", "elapsed", "ms", "millis", "p50", "p75", "p90", "p95", "p99", "p999"}},
	{amount, []string{"count", "total", "quantity", "qty", "number", "num", "size", "stock", "seats", "capacity", "views", "likes", "position", "index", "page"}},
	{money, []string{"price", "cost", "amount", "fee", "salary", "balance", "revenue", "subtotal", "tax", "budget"}},
	{rating, []string{"rating", "stars", "score"}},
	{firstName, []string{"first", "firstname", "given", "forename"}},
	{lastName, []string{"last", "lastname", "surname", "family"}},
	{username, []string{"username", "login", "handle", "nickname", "nick"}},
	{company, []string{"company", "organization", "organisation", "employer", "brand", "manufacturer", "vendor", "supplier"}},
	{job, []string{"job", "role", "occupation", "profession", "department"}},
	{street, []string{"street", "address", "address1", "line1"}},
	{city, []string{"city", "town", "place", "location"}},
	{region, []string{"state", "region", "province", "county"}},
	{latitude, []string{"latitude", "lat"}},
	{longitude, []string{"longitude", "lng", "lon", "long"}},
	{color, []string{"color", "colour"}},
	{language, []string{"locale", "language", "lang"}},
	{timezone, []string{"timezone", "tz"}},
	{ip, []string{"ip"}},
	{host, []string{"host", "hostname", "domain"}},
	{slug, []string{"slug", "path", "machine"}},
	{version, []string{"version", "release"}},
	{year, []string{"year"}},
	{age, []string{"age"}},
	{title, []string{"title", "headline", "subject", "label", "heading", "caption", "topic"}},
	{prose, []string{"description", "body", "content", "text", "bio", "about", "message", "comment", "note", "notes", "reply", "summary", "details", "excerpt", "review", "reason"}},
	{code, []string{"sku", "code", "reference", "ref", "serial", "upc", "ean", "isbn", "barcode", "key"}},
	{name, []string{"name", "author", "owner", "fullname"}},
}

// phrases lead from what a description says to what a field is about, for fields whose names say nothing; the first one
// that is in it wins.
var phrases = []struct {
	meaning meaning
	phrases []string
}{
	{email, []string{"email address", "e-mail"}},
	{phone, []string{"phone number"}},
	{image, []string{"url of an image", "url of the image", "url of a picture", "url to an image"}},
	{link, []string{"url", " uri"}},
	{moment, []string{"iso 8601", "iso8601", "rfc 3339", "rfc3339", "date and time", "timestamp", "the time at which", "the moment"}},
	{day, []string{"the date on which", "the date of"}},
	{currency, []string{"iso 4217", "currency code"}},
	{country, []string{"iso 3166", "country code"}},
	{language, []string{"language code", "bcp 47", "iso 639"}},
	{timezone, []string{"time zone", "timezone"}},
	{color, []string{"hex color", "hex colour"}},
	{ip, []string{"ip address"}},
	{checksum, []string{"sha-", "sha1", "sha256", "hash of", "checksum"}},
	{version, []string{"semantic version", "semver"}},
	{percent, []string{"percent"}},
	{milliseconds, []string{"milliseconds"}},
	{amount, []string{"the number of", "how many"}},
	{name, []string{"full name", "display name", "the name of"}},
	{slug, []string{"slug"}},
	{prose, []string{"description of", "free text", "markdown"}},
}

// described is what the description of a field says that it is about.
func described(description string) meaning {
	if description == "" {
		return unknown
	}
	for _, p := range phrases {
		if slices.ContainsFunc(p.phrases, func(phrase string) bool { return strings.Contains(description, phrase) }) {
			return p.meaning
		}
	}
	return unknown
}

// people and companies are the types whose name is that of one.
var (
	people    = []string{"user", "person", "author", "customer", "member", "employee", "contact", "viewer", "owner", "profile", "me", "actor", "assignee", "patient", "student"}
	companies = []string{"company", "organization", "organisation", "org", "team", "account", "tenant", "brand", "vendor", "supplier", "publisher", "store", "shop"}
	cities    = []string{"city", "town", "place", "location"}
)

// meaningOf is what the name of a field says.
func meaningOf(name []string) meaning {
	for _, w := range words {
		if slices.ContainsFunc(w.words, func(word string) bool { return slices.Contains(name, word) || slices.Contains(name, word+"s") }) {
			return w.meaning
		}
	}
	return unknown
}

// split is the words of a name in lower case: siteURL2 and site_url2 are both site, url2.
func split(name string) []string {
	var out []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r == '_':
			end()
			continue
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			end()
		}
		word.WriteRune(unicode.ToLower(r))
	}
	end()
	return out
}
