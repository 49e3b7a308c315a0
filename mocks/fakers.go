package mocks

import (
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// drawn makes a value of gofakeit's one that has no options.
func drawn(f func(*gofakeit.Faker) string) func(maker, map[string]any) any {
	return func(m maker, _ map[string]any) any { return f(m.fake) }
}

// meant makes what a field of that meaning has.
func meant(what meaning) func(maker, map[string]any) any {
	return func(m maker, _ map[string]any) any {
		m.meaning = what
		return m.text()
	}
}

// anyOf chooses from the values.
func anyOf(values ...string) func(maker, map[string]any) any {
	return func(m maker, _ map[string]any) any { return m.fake.RandomString(values) }
}

// fakers are the kinds of values that GraphQL Faker's @fake has, where gofakeit has none of that name or one that
// asks what day it is; in lower case.
var fakers = map[string]func(maker, map[string]any) any{
	"zipcode":                        drawn((*gofakeit.Faker).Zip),
	"streetaddress":                  meant(street),
	"secondaryaddress":               drawn((*gofakeit.Faker).Unit),
	"county":                         func(m maker, _ map[string]any) any { return m.fake.LastName() + " County" },
	"countrycode":                    drawn((*gofakeit.Faker).CountryAbr),
	"stateabbr":                      drawn((*gofakeit.Faker).StateAbr),
	"colorname":                      drawn((*gofakeit.Faker).Color),
	"colorhex":                       drawn((*gofakeit.Faker).HexColor),
	"product":                        drawn((*gofakeit.Faker).ProductName),
	"money":                          moneyBetween,
	"companyname":                    meant(company),
	"companycatchphrase":             drawn((*gofakeit.Faker).Slogan),
	"companybs":                      drawn((*gofakeit.Faker).BS),
	"dbcolumn":                       anyOf("id", "title", "name", "email", "phone", "token", "group", "category", "password", "comment", "avatar", "status", "created_at", "updated_at"),
	"dbtype":                         anyOf("int", "varchar", "text", "date", "datetime", "tinyint", "time", "timestamp", "smallint", "serial", "bigint", "decimal"),
	"dbcollation":                    anyOf("utf8_unicode_ci", "utf8_general_ci", "utf8_bin", "ascii_bin", "ascii_general_ci", "cp1250_bin"),
	"dbengine":                       anyOf("InnoDB", "MyISAM", "MEMORY", "CSV", "BLACKHOLE", "ARCHIVE"),
	"date":                           func(m maker, _ map[string]any) any { return m.moment().Format("2006-01-02") },
	"pastdate":                       past,
	"futuredate":                     future,
	"recentdate":                     meant(moment),
	"financeaccountname":             anyOf("Checking Account", "Savings Account", "Money Market Account", "Investment Account", "Home Loan Account", "Credit Card Account"),
	"financetransactiontype":         anyOf("deposit", "withdrawal", "payment", "invoice"),
	"currencycode":                   drawn((*gofakeit.Faker).CurrencyShort),
	"currencyname":                   drawn((*gofakeit.Faker).CurrencyLong),
	"currencysymbol":                 anyOf("€", "$", "£", "¥", "CHF"),
	"internationalbankaccountnumber": func(m maker, _ map[string]any) any { return "DE" + m.fake.DigitN(20) },
	"bankidentifiercode":             func(m maker, _ map[string]any) any { return strings.ToUpper(m.fake.LetterN(4)) + "DEFF" },
	"imageurl":                       meant(image),
	"avatarurl":                      meant(image),
	"url":                            meant(link),
	"email":                          meant(email),
	"domainname":                     meant(host),
	"username":                       meant(username),
	"fullname":                       func(m maker, _ map[string]any) any { f, l := m.fullName(); return f + " " + l },
	"firstname":                      meant(firstName),
	"lastname":                       meant(lastName),
	"phonenumber":                    meant(phone),
	"lorem":                          loremText,
	"number":                         numberBetween,
	"uuid":                           func(m maker, _ map[string]any) any { return m.uuid() },
	"words":                          func(m maker, _ map[string]any) any { return m.words(" ") },
	"locale":                         meant(language),
	"filename":                       func(m maker, _ map[string]any) any { return m.words("-") + "." + m.fake.FileExtension() },
	"mimetype":                       drawn((*gofakeit.Faker).FileMimeType),
	"useragent":                      drawn((*gofakeit.Faker).ChromeUserAgent), // the others go by the year
	"semver":                         meant(version),
	"password":                       func(m maker, _ map[string]any) any { return m.fake.LetterN(6) + m.fake.DigitN(4) },
}
