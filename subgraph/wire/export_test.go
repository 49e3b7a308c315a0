package wire

import "io"

// Read is the first answer in a text, and how much of the text it took.
func Read(from io.Reader, room, limit int) (a Answer, keep bool, err error) {
	in := input{from: from, buf: make([]byte, room), limit: limit}
	h, err := in.head()
	if err != nil {
		return a, false, err
	}
	a.Status = h.status
	start := in.at
	if err := in.body(&h); err != nil {
		return a, false, err
	}
	a.header, a.Body = in.buf[h.start:h.end], in.buf[start:in.bodyEnd]
	return a, h.persistent && in.at == in.end, nil
}
