package uploads

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/textproto"
	"strconv"
)

// Form is the request of a fetch with files. It can be read again and again.
type Form struct {
	// ContentType is that of the request, Length its size.
	ContentType string
	Length      int64

	files  []*file
	places [][]string
	// heads are what stands before each file, and after the last.
	heads [][]byte
}

// write makes all of it but the files.
func (f *Form) write(operations []byte) error {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	f.ContentType = w.FormDataContentType()
	where, err := f.where()
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		text []byte
	}{{"operations", operations}, {"map", where}} {
		to, err := w.CreateFormField(part.name)
		if err != nil {
			return err
		}
		if _, err := to.Write(part.text); err != nil {
			return err
		}
	}
	for n, one := range f.files {
		h := textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(strconv.Itoa(n), one.name)}, "Content-Type": {one.kind},
		}
		if _, err := w.CreatePart(h); err != nil {
			return err
		}
		f.cut(&buf)
		f.Length += one.size
	}
	if err := w.Close(); err != nil {
		return err
	}
	f.cut(&buf)
	return nil
}

// cut takes what was written as what stands before the next file.
func (f *Form) cut(buf *bytes.Buffer) {
	f.heads = append(f.heads, bytes.Clone(buf.Bytes()))
	f.Length += int64(buf.Len())
	buf.Reset()
}

// where is the map, in the order of the files.
func (f *Form) where() ([]byte, error) {
	out := []byte{'{'}
	for n, places := range f.places {
		if n > 0 {
			out = append(out, ',')
		}
		list, err := json.Marshal(places)
		if err != nil {
			return nil, err
		}
		out = append(strconv.AppendQuote(out, strconv.Itoa(n)), ':')
		out = append(out, list...)
	}
	return append(out, '}'), nil
}

// Open is the request from its beginning.
func (f *Form) Open() io.ReadCloser {
	var all []io.Reader
	for n, head := range f.heads {
		all = append(all, bytes.NewReader(head))
		if n < len(f.files) {
			all = append(all, f.files[n].open())
		}
	}
	return io.NopCloser(io.MultiReader(all...))
}
