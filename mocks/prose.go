package mocks

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// fullName is the name of the person that the object is.
func (m maker) fullName() (first, last string) {
	return m.person.FirstName(), m.person.LastName()
}

// properName is what the object is called.
func (m maker) properName() string {
	switch {
	case m.about(people) || slices.Contains(m.name, "author") || slices.Contains(m.name, "owner") || slices.Contains(m.name, "full"):
		first, last := m.fullName()
		return first + " " + last
	case m.about(companies):
		return m.person.LastName() + m.person.RandomString([]string{" Group", " & Co.", " Labs", " Partners", " Works"})
	case m.about(cities):
		return m.fake.City()
	case m.about([]string{"country"}):
		return m.fake.Country()
	case m.about([]string{"product", "item", "article"}):
		return m.fake.ProductName()
	default:
		return upperFirst(m.words(" "))
	}
}

// prose is one to three sentences.
func (m maker) prose() string {
	table := statements
	if slices.ContainsFunc(m.name, func(w string) bool { return slices.Contains([]string{"reply", "message", "answer", "response"}, w) }) {
		table = replies
	}
	n := 1 + m.place.of("sentences").below(3)
	start := m.place.of("first").below(len(table))
	out := make([]string, n)
	for i := range out {
		out[i] = table[(start+7*i)%len(table)] // seven shares no factor with the lengths: no sentence comes twice
	}
	return strings.Join(out, " ")
}

// statements are sentences that can be said of most things, in any order.
var statements = []string{
	"It was last checked in spring and has worked without trouble since.",
	"Most of it is done; two smaller points are left for next week.",
	"The first version was simpler, and some people still prefer it.",
	"This is used every day by a small group and now and then by everyone.",
	"Two people looked after it before the current team took over.",
	"It takes a minute or two the first time and is quick after that.",
	"Nobody has complained so far, which is a good sign.",
	"The details are the same as last year, apart from the dates.",
	"There is room for one more, if somebody asks for it.",
	"It was set up in a hurry and tidied up later.",
	"The colors were chosen so that they can be told apart in print.",
	"A second look showed that the numbers add up after all.",
	"It is kept for reference and can be removed at the end of the year.",
	"Everything that was promised is included, and a little more.",
	"The short version is on the first page, the long one follows.",
	"It replaced an older one that had served well for ten years.",
}

// replies are sentences of people who write to each other.
var replies = []string{
	"Thank you for writing to us.",
	"We have seen the same and are looking into it.",
	"Could you tell us when you noticed it first?",
	"It should work again now; please let us know if it does not.",
	"We will come back to you by tomorrow noon.",
	"A colleague of mine knows this well and will take over from here.",
	"Please try once more after signing out and in again.",
	"I am sorry for the trouble that this has caused.",
}

// words is two words, such as olive lamp.
func (m maker) words(separator string) string {
	return plain(m.fake.SafeColor()) + separator + plain(m.fake.NounConcrete())
}

func (m maker) code() string { return strings.ToUpper(m.fake.LetterN(3)) + "-" + m.fake.DigitN(5) }

func (m maker) hex(n int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, n)
	for i := range out {
		out[i] = digits[m.fake.Uint64()%16]
	}
	return string(out)
}

// plain is the letters and digits of a text, in lower case, of which there is at least one.
func plain(text string) string {
	out := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	if out == "" {
		return "x"
	}
	return out
}

// later are the words of times that come after others of the same object.
var later = []string{"updated", "modified", "last", "end", "ended", "finish", "finished", "closed", "solved", "resolved", "due", "expires", "expiry", "until", "deadline", "deleted", "delivered"}

// moment is a time of the object: it began in 2024 or 2025, and what comes later came within the month after.
func (m maker) moment() time.Time {
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.self.of("began").below(63_000_000)) * time.Second)
	switch {
	case slices.ContainsFunc(m.name, func(w string) bool { return strings.HasPrefix(w, "birth") || w == "dob" || w == "born" }):
		return begin.AddDate(-20-m.self.of("born").below(50), 0, 0)
	case slices.ContainsFunc(m.name, func(w string) bool { return slices.Contains(later, w) }):
		return begin.Add(time.Duration(60+m.place.below(2_500_000)) * time.Second)
	default:
		return begin.Add(time.Duration(m.place.below(60)) * time.Second)
	}
}
