package transport

import (
	"fmt"
	"unicode/utf8"
)

// maxNesting is how deep the JSON of a request may nest.
const maxNesting = 500

// scanner walks JSON (RFC 8259) strictly and copies nothing. Its data is valid UTF-8; at never passes the end.
type scanner struct {
	data  []byte
	at    int
	depth int
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// fault says what is wrong at the place where the scanner stands.
func (s *scanner) fault(want string) error {
	if s.at >= len(s.data) {
		return fmt.Errorf("the JSON ends at byte %d, where %s should be", s.at, want)
	}
	r, _ := utf8.DecodeRune(s.data[s.at:])
	return fmt.Errorf("the JSON has %q at byte %d, where %s should be", r, s.at, want)
}

// end is an error unless nothing but space is left.
func (s *scanner) end() error {
	s.space()
	if s.at < len(s.data) {
		return s.fault("the end")
	}
	return nil
}

// skip passes one value.
func (s *scanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(func([]byte) error { return s.skip() })
	case c == '[':
		return s.array()
	case c == '"':
		_, _, err := s.stringBytes()
		return err
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	return s.fault("a value")
}

// object passes an object; value is called with each key, and passes the value that the scanner stands before.
func (s *scanner) object(value func(key []byte) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == '}' {
		return s.leave()
	}
	for {
		if s.peek() != '"' {
			return s.fault("a key in quotes")
		}
		key, escaped, err := s.stringBytes()
		if err != nil {
			return err
		}
		if escaped {
			key = []byte(unescape(key))
		}
		s.space()
		if s.peek() != ':' {
			return s.fault("a colon")
		}
		s.at++
		s.space()
		if err := value(key); err != nil {
			return err
		}
		if done, err := s.next('}', "a comma or }"); done || err != nil {
			return err
		}
	}
}

// array passes a list.
func (s *scanner) array() error { return s.list(s.skip) }

// list passes a list; value passes the element that the scanner stands before.
func (s *scanner) list(value func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == ']' {
		return s.leave()
	}
	for {
		if err := value(); err != nil {
			return err
		}
		if done, err := s.next(']', "a comma or ]"); done || err != nil {
			return err
		}
	}
}

// enter passes an opening bracket.
func (s *scanner) enter() error {
	if s.depth++; s.depth > maxNesting {
		return fmt.Errorf("the JSON nests deeper than %d levels", maxNesting)
	}
	s.at++
	s.space()
	return nil
}

// leave passes a closing bracket.
func (s *scanner) leave() error {
	s.depth--
	s.at++
	return nil
}

// next passes what stands between two members, or the closing bracket.
func (s *scanner) next(closing byte, want string) (done bool, err error) {
	s.space()
	switch s.peek() {
	case ',':
		s.at++
		s.space()
		return false, nil
	case closing:
		return true, s.leave()
	}
	return false, s.fault(want)
}

func (s *scanner) word(w string) error {
	for i := range len(w) {
		if s.peek() != w[i] {
			return s.fault(w)
		}
		s.at++
	}
	return nil
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.at++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		return s.digits()
	}
	return nil
}

func (s *scanner) digits() error {
	start := s.at
	for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
		s.at++
	}
	if s.at == start {
		return s.fault("a digit")
	}
	return nil
}
