package mocks

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// generator makes values of a kind that has a name: one of gofakeit's, or one that GraphQL Faker has.
type generator struct {
	name   string
	info   *gofakeit.Info
	params *gofakeit.MapParams
	// own, if set, makes the value instead.
	own func(m maker, options map[string]any) any
	// options of own.
	options map[string]any
}

// kinds are the kinds of gofakeit's generators that make single values which the dice alone decide.
var kinds = []string{
	"address", "airline", "animal", "app", "auth", "beer", "book", "car", "celebrity", "color", "company", "emoji", "file", "finance", "food", "game",
	"hacker", "hipster", "id", "internet", "jumbleword", "language", "minecraft", "movie", "number", "payment", "person", "product", "school", "song", "string", "text", "word",
}

// without are generators of those kinds that ask what time it is, make whole files, or ask for long parameters.
var without = []string{"useragent", "firefoxuseragent", "creditcardexp", "creditcard", "csv", "xml", "json", "shufflestrings", "randomstring", "randomint", "randomuint", "shuffleints", "markdown", "email_text"}

// timeless are those of the kind datetime that do not ask what time it is.
var timeless = []string{"month", "monthstring", "weekday", "hour", "minute", "second", "timezone", "timezoneabv", "timezonefull", "timezoneoffset", "timezoneregion", "timezoneregion"}

// maxOption bounds the numbers of options, which may say how long a value is.
const maxOption = 1_000

// generator finds the generator of a name and tries it: what it makes must be of the type.
func (b *builder) generator(name string, options map[string]any, typ string) (*generator, error) {
	g := find(name)
	if g == nil {
		return nil, fmt.Errorf("there is no generator %q%s", name, near(name, generatorNames()))
	}
	g.options = options
	if g.info != nil {
		if err := g.take(options); err != nil {
			return nil, err
		}
	}
	v, err := g.try()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, ok := as(typ, v); !ok {
		return nil, fmt.Errorf("%s makes %s, which does not fit %s", name, show(v), typ)
	}
	return g, nil
}

// find knows a generator by its name, in any case and with or without underscores.
func find(name string) *generator {
	key := strings.ToLower(strings.ReplaceAll(name, "_", ""))
	if own, ok := fakers[key]; ok {
		return &generator{name: name, own: own}
	}
	if info := gofakeit.GetFuncLookup(key); info != nil && usable(key, info) {
		return &generator{name: name, info: info}
	}
	return nil
}

func usable(name string, info *gofakeit.Info) bool {
	switch info.Output {
	case "string", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "float", "float32", "float64":
	default:
		return false
	}
	return !slices.Contains(without, name) && (slices.Contains(kinds, info.Category) || slices.Contains(timeless, name) || name == "regex" || name == "bool")
}

// generatorNames lists the generators.
func generatorNames() []string {
	all := map[string]bool{}
	for name := range fakers {
		all[name] = true
	}
	for name, info := range gofakeit.FuncLookups {
		if usable(name, &info) {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// take checks the options against the parameters of the generator.
func (g *generator) take(options map[string]any) error {
	var names []string
	for _, p := range g.info.Params {
		names = append(names, p.Field)
	}
	if text, ok := options["str"].(string); ok && g.info.Category == "generate" {
		if _, err := regexp.Compile(text); err != nil {
			return fmt.Errorf("options: str: %w", err)
		}
	}
	params := gofakeit.MapParams{}
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(names, key) {
			return fmt.Errorf("%s has no option %s%s", g.name, key, near(key, names))
		}
		if n, ok := numberOf(options[key]); ok && !strings.HasSuffix(g.name, "range") && key != "min" && key != "max" && math.Abs(n) > maxOption {
			return fmt.Errorf("options: %s: %v is more than %d", key, options[key], maxOption)
		}
		if list, ok := options[key].([]any); ok {
			for _, v := range list {
				params.Add(key, fmt.Sprint(v))
			}
			continue
		}
		params.Add(key, fmt.Sprint(options[key]))
	}
	g.params = &params
	return nil
}

// try makes a value once, before it is needed.
func (g *generator) try() (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot be used with these options: %v", p)
		}
	}()
	return g.make(newMaker(seat{}))
}

// make makes a value from the dice of a place.
func (g *generator) make(m maker) (any, error) {
	if g.own != nil {
		return g.own(m, g.options), nil
	}
	return g.info.Generate(m.fake, g.params, g.info)
}

// as is what a generator made as a value of the type, numbers for texts and texts for numbers where they read so.
func as(typ string, v any) (any, bool) {
	text := fmt.Sprint(v)
	if f, ok := v.(float64); ok {
		text = trimmed(f)
	}
	switch typ {
	case "String", "ID":
		return text, true
	case "Int":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f > math.MaxInt32 || f < math.MinInt32 {
			return nil, false
		}
		return int(f), true
	case "Float":
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
	case "Boolean":
		on, ok := v.(bool)
		return on, ok
	}
	return v, true
}

// past and future are moments around those that the other values of an object come from.
func past(m maker, _ map[string]any) any {
	return m.moment().AddDate(-1-m.place.below(3), 0, 0).Format(time.RFC3339)
}

func future(m maker, _ map[string]any) any {
	return m.moment().AddDate(10+m.place.below(10), 0, 0).Format(time.RFC3339)
}

func optionOf(options map[string]any, key string, otherwise float64) float64 {
	if n, ok := numberOf(options[key]); ok {
		return n
	}
	return otherwise
}

// money is an amount between the options minMoney and maxMoney.
func moneyBetween(m maker, options map[string]any) any {
	low, high := optionOf(options, "minMoney", 0), optionOf(options, "maxMoney", 1_000)
	digits := int(min(6, max(0, optionOf(options, "decimalPlaces", 2))))
	return json.Number(strconv.FormatFloat(low+m.unit()*max(0, high-low), 'f', digits, 64))
}

func numberBetween(m maker, options map[string]any) any {
	low, high := optionOf(options, "minNumber", 0), optionOf(options, "maxNumber", 99_999)
	step := optionOf(options, "precisionNumber", 1)
	if step <= 0 {
		step = 1
	}
	return json.Number(trimmed(low + step*math.Floor(m.unit()*(max(0, high-low)/step+1))))
}

// loremText is as long as the option loremSize says.
func loremText(m maker, options map[string]any) any {
	switch options["loremSize"] {
	case "word":
		return plain(m.fake.LoremIpsumWord())
	case "words":
		return m.words(" ")
	case "paragraph", "paragraphs":
		return m.fake.LoremIpsumParagraph(1, 4, 9, " ")
	}
	return m.fake.LoremIpsumSentence(8)
}
