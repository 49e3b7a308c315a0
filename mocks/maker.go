package mocks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// maker makes up the value of one field.
type maker struct {
	// fake draws from the place of the value; person from the object, so that a name and an address agree.
	fake, person *gofakeit.Faker
	self, place  hash
	name, owner  []string
	description  string
	meaning      meaning
}

func newMaker(s seat) maker {
	m := maker{place: s.place, self: s.place}
	if s.owner != nil {
		m.self = s.owner.self
		if s.owner.typ != nil {
			m.owner = split(s.owner.typ.Name)
		}
	}
	w := s.wording
	if w == nil {
		w = wordingOf(s.def)
	}
	m.name, m.description, m.meaning = w.name, w.description, w.meaning
	m.fake = gofakeit.NewFaker(&dice{uint64(m.place)}, false)
	m.person = gofakeit.NewFaker(&dice{uint64(m.self.of("person"))}, false)
	return m
}

// wording is what a field is called and said to be, and what that means.
type wording struct {
	name        []string
	description string
	meaning     meaning
}

func wordingOf(def *supergraph.Field) *wording {
	w := &wording{}
	if def != nil {
		w.name, w.description = split(def.Name), strings.ToLower(def.Description)
	}
	if w.meaning = meaningOf(w.name); w.meaning == unknown {
		w.meaning = described(w.description)
	}
	return w
}

// wordingOf is the wording of a field, made once.
func (s *Source) wordingOf(def *supergraph.Field) *wording {
	if w, ok := s.wordings.Load(def); ok {
		return w.(*wording) //nolint:forcetypeassert // nothing else is stored
	}
	w := wordingOf(def)
	if def.Parent != nil { // fields of the graph, of which there are so many; others are made for one answer
		s.wordings.Store(def, w)
	}
	return w
}

// about reports whether one of the words is in the name of the type that has the field.
func (m maker) about(words []string) bool {
	return slices.ContainsFunc(m.owner, func(w string) bool { return slices.Contains(words, w) })
}

// identifier is an ID that is no key: of something that is not in the graph.
func (m maker) identifier() string { return strconv.Itoa(1_000 + m.place.below(pool)) }

// text is a value of a String.
func (m maker) text() string {
	switch m.meaning {
	case email:
		first, last := m.fullName()
		return plain(first) + "." + plain(last) + domain
	case firstName:
		first, _ := m.fullName()
		return first
	case lastName:
		_, last := m.fullName()
		return last
	case username:
		first, last := m.fullName()
		return plain(first)[:1] + plain(last)
	case phone:
		return "+1-202-555-01" + fmt.Sprintf("%02d", m.place.below(100)) // numbers kept free for stories
	case image:
		return "https://images.example.com/" + m.words("-") + ".png"
	case link:
		return "https://www.example.com/" + m.words("-")
	case name:
		return m.properName()
	case company:
		return m.fake.LastName() + m.fake.RandomString([]string{" Group", " & Co.", " Labs", " Partners", " Works"})
	case job:
		return m.fake.JobTitle()
	case title:
		return upperFirst(m.fake.HackerVerb() + " the " + m.fake.HackerAdjective() + " " + m.fake.HackerNoun())
	case prose:
		return m.prose()
	default:
		return m.placeText()
	}
}

// placeText is about places.
func (m maker) placeText() string {
	switch m.meaning {
	case street:
		return m.fake.Street()
	case city:
		return m.fake.City()
	case region:
		return m.fake.State()
	case country:
		if slices.Contains(m.name, "code") {
			return m.fake.CountryAbr()
		}
		return m.fake.Country()
	case postcode:
		return m.fake.Zip()
	case timezone:
		return m.fake.TimeZoneRegion()
	case language:
		return m.fake.RandomString([]string{"en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "pt-BR", "ja-JP"})
	case currency:
		return m.fake.RandomString([]string{"EUR", "USD", "GBP", "CHF", "JPY"})
	case latitude, longitude:
		return trimmed(m.float())
	default:
		return m.technicalText()
	}
}

// technicalText is about machines, times and amounts.
func (m maker) technicalText() string {
	switch m.meaning {
	case amount:
		if slices.Contains(m.name, "number") {
			return m.code() // an invoice's number is no amount
		}
		return strconv.Itoa(m.integer())
	case ip:
		return "192.0.2." + strconv.Itoa(m.place.below(256)) // addresses kept free for documentation
	case host:
		return plain(m.fake.NounConcrete()) + ".example.com"
	case slug:
		return m.words("-")
	case checksum:
		return m.hex(40)
	case version:
		return fmt.Sprintf("%d.%d.%d", 1+m.place.below(5), m.place.of("minor").below(20), m.place.of("patch").below(10))
	case color:
		return m.fake.HexColor()
	case code:
		return m.code()
	case moment:
		return m.moment().Format(time.RFC3339)
	case day:
		return m.moment().Format(time.DateOnly)
	case money, cents, percent, rating:
		return trimmed(m.float())
	case year, age, milliseconds:
		return strconv.Itoa(m.integer())
	default:
		return upperFirst(m.words(" "))
	}
}

// boolean is a value of a Boolean. What reports success does.
func (m maker) boolean() bool {
	return len(m.name) == 1 && slices.Contains([]string{"ok", "success", "successful", "succeeded"}, m.name[0]) || m.place.below(2) == 0
}

// integer is a value of an Int.
func (m maker) integer() int {
	switch m.meaning {
	case moment, day:
		return int(m.moment().Unix())
	case year:
		return m.moment().Year()
	case age:
		return 18 + m.place.below(60)
	case percent:
		return m.place.below(101)
	case rating:
		return 1 + m.place.below(5)
	case cents:
		return 100 * (5 + m.place.below(500))
	case money:
		return 5 + m.place.below(500)
	case milliseconds:
		return int(m.milliseconds())
	case amount:
		return m.place.below(50)
	}
	if m.described("since 1970", "epoch", "unix time") {
		return int(m.moment().Unix())
	}
	return m.place.below(1_000)
}

// float is a value of a Float.
func (m maker) float() float64 {
	switch m.meaning {
	case latitude:
		return round(m.unit()*140-60, 5)
	case longitude:
		return round(m.unit()*360-180, 5)
	case rating:
		return round(1+4*m.unit(), 1)
	case percent:
		return round(100*m.unit(), 1)
	case money:
		return float64(5+m.place.below(500)) + 0.99
	case milliseconds:
		return round(m.milliseconds(), 1)
	case moment, day, year, age, cents, amount:
		return float64(m.integer())
	}
	return round(100*m.unit(), 2)
}

// milliseconds is how long something took. The percentiles of an object rise.
func (m maker) milliseconds() float64 {
	for i, name := range []string{"p50", "p75", "p90", "p95", "p99", "p999"} {
		if slices.Contains(m.name, name) {
			return float64(20+m.self.of("median").below(80))*math.Pow(1.5, float64(i)) + m.unit()
		}
	}
	return 10 + 490*m.unit()
}

// unit is a number from 0 to 1.
func (m maker) unit() float64 { return m.place.unit() }

func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}

func trimmed(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// described reports whether the field's description has one of the phrases.
func (m maker) described(phrases ...string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(m.description, p) })
}
