package main

import (
	"fmt"
	"math"
	"strings"
)

// The picture: one panel a series, both axes logarithmic, so that what grows in proportion is a line of slope one.
const (
	panelWidth, panelHeight = 420, 300
	marginLeft, marginTop   = 60, 40
	marginBetween           = 60
)

// plot draws the series beside each other, as SVG.
func plot(all []series) []byte {
	var b strings.Builder
	width := marginLeft + len(all)*(panelWidth+marginBetween)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n",
		width, panelHeight+2*marginTop+20)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	for i, s := range all {
		fmt.Fprintf(&b, `<g transform="translate(%d,%d)">`+"\n", marginLeft+i*(panelWidth+marginBetween), marginTop)
		panel(&b, s)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// axis maps values to pixels, logarithmically, between powers of ten.
type axis struct {
	low, high int // exponents
	pixels    float64
}

func newAxis(pixels float64, values ...float64) axis {
	a := axis{math.MaxInt, math.MinInt, pixels}
	for _, v := range values {
		a.low = min(a.low, int(math.Floor(math.Log10(v))))
		a.high = max(a.high, int(math.Ceil(math.Log10(v))))
	}
	return a
}

func (a axis) at(v float64) float64 {
	return (math.Log10(v) - float64(a.low)) / float64(a.high-a.low) * a.pixels
}

func panel(b *strings.Builder, s series) {
	var sizes, costs []float64
	for _, p := range s.points {
		sizes, costs = append(sizes, p.size), append(costs, p.ms)
	}
	x, y := newAxis(panelWidth, sizes...), newAxis(panelHeight, costs...)
	fmt.Fprintf(b, `<text x="0" y="-16" font-weight="bold">CPU a request in ms, by %s</text>`+"\n", s.title)
	for e := x.low; e <= x.high; e++ {
		at := x.at(math.Pow10(e))
		fmt.Fprintf(b, `<path d="M%.1f 0V%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%g</text>`+"\n", at, panelHeight, at, panelHeight+16, math.Pow10(e))
	}
	for e := y.low; e <= y.high; e++ {
		at := panelHeight - y.at(math.Pow10(e))
		fmt.Fprintf(b, `<path d="M0 %.1fH%d" stroke="#ddd"/><text x="-6" y="%.1f" text-anchor="end">%g</text>`+"\n", at, panelWidth, at+4, math.Pow10(e))
	}
	// The dashed line is the last point's cost, in proportion to the size.
	last := s.points[len(s.points)-1]
	var line, linear strings.Builder
	for i, p := range s.points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", command, x.at(p.size), panelHeight-y.at(p.ms))
		if in := last.ms * p.size / last.size; math.Log10(in) >= float64(y.low) {
			if linear.Len() == 0 {
				command = "M"
			}
			fmt.Fprintf(&linear, "%s%.1f %.1f", command, x.at(p.size), panelHeight-y.at(in))
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#1565c0"/>`+"\n", x.at(p.size), panelHeight-y.at(p.ms))
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#999" stroke-dasharray="4 4"/>`+"\n", linear.String())
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#1565c0" stroke-width="1.5"/>`+"\n", line.String())
}
