package legacy

import (
	"regexp"
	"strings"
)

// What the seed makes names of.
var (
	places = []string{
		"Alder", "Bramble", "Cedar", "Drift", "Ember", "Fjord", "Granite", "Hollow", "Iris", "Juniper", "Kestrel",
		"Lantern", "Meadow", "Nettle", "Orchard", "Pebble", "Quarry", "Rowan", "Saltmarsh", "Thistle", "Umber",
		"Valley", "Willow", "Yarrow", "Zephyr",
	}
	trades = []string{
		"Coffee", "Press", "Museum", "University", "Outfitters", "Dental", "Records", "Theatre", "Bikes", "Travel",
		"Foundation", "Brewing", "Logistics", "Gardens", "Robotics", "Legal",
	}
	sections = []string{
		"Shop", "Blog", "Docs", "Careers", "Intranet", "Magazine", "Events", "Support", "Campaign", "Archive",
		"Newsroom", "Portal",
	}
	firstNames = []string{
		"Amara", "Bjorn", "Chiara", "Dario", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kavya", "Leon",
		"Mina", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove", "Uma", "Viktor", "Wanda", "Yusuf",
	}
	lastNames = []string{
		"Abara", "Berg", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen", "Kim",
		"Lopez", "Moreau", "Nakamura", "Olsen", "Park", "Rossi", "Silva", "Tanaka", "Varga", "Weber", "Zhang",
	}
	messages = []string{
		"Update plugins", "Fix the checkout on phones", "New landing page", "Turn the cache back on",
		"Security update", "Remove the old slider", "Faster images", "Revert the revert", "Typos", "Spring campaign",
	}
)

var unfit = regexp.MustCompile(`[^a-z0-9]+`)

// hyphenated makes a name fit for an address.
func hyphenated(name string) string {
	return strings.Trim(unfit.ReplaceAllString(strings.ToLower(name), "-"), "-")
}
