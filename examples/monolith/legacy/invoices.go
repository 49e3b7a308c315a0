package legacy

import "net/http"

type invoice struct {
	ID         int64         `json:"id"`
	OrgID      int64         `json:"org_id"`
	InvoiceNo  string        `json:"invoice_no"`
	Status     int           `json:"status"`
	TotalCents int           `json:"total_cents"`
	IssuedTS   int64         `json:"issued_ts"`
	Lines      []invoiceLine `json:"lines,omitempty"`
}

type invoiceLine struct {
	Descr     string `json:"descr"`
	Qty       int    `json:"qty"`
	UnitCents int    `json:"unit_cents"`
}

const invoiceColumns = `SELECT id, org_id, invoice_no, status, total_cents, issued_ts FROM invoices`

func scanInvoice(row scanner) (i invoice, err error) {
	err = row.Scan(&i.ID, &i.OrgID, &i.InvoiceNo, &i.Status, &i.TotalCents, &i.IssuedTS)
	return i, err
}

func scanLine(row scanner) (l invoiceLine, err error) {
	err = row.Scan(&l.Descr, &l.Qty, &l.UnitCents)
	return l, err
}

// getInvoice answers one invoice with its lines. Nobody ever wrote the address that answers many.
func (a *api) getInvoice(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	i, err := read(r.Context(), a.db, "invoice", scanInvoice, invoiceColumns+` WHERE id = ?`, id)
	if err != nil {
		return nil, nil, err
	}
	i.Lines, err = many(r.Context(), a.db, scanLine,
		`SELECT descr, qty, unit_cents FROM invoice_lines WHERE invoice_id = ? ORDER BY id`, id)
	return i, nil, err
}

// listInvoices answers those of an organization, the newest first, without their lines.
func (a *api) listInvoices(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, readPage(r), scanInvoice,
		`SELECT count(*) FROM invoices WHERE org_id = ?1`,
		invoiceColumns+` WHERE org_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3`, id)
}
