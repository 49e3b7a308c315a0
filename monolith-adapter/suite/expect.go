package suite

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/goccy/go-yaml/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// expectation is what a case expects. What is nil or missing is not looked at.
type expectation struct {
	request  *expectedRequest
	response mapping.Value
	err      *expectedError
	problems []problem
}

type expectedRequest struct {
	request
	query   url.Values
	headers http.Header
	body    *string
}

type expectedError struct {
	message    *string
	extensions mapping.Value
}

// expectation reads what a case expects.
func (r *reader) expectation(e expect, at func(...any) ast.Node) (expectation, error) {
	out := expectation{problems: e.Problems}
	if e.ConnectorRequest == nil && e.ConnectorResponse == nil && e.ConnectorResponseFile == "" && e.Error == nil && e.Problems == nil {
		return out, errors.New("the case expects nothing; add expect: { connectorRequest, connectorResponse, error or problems }")
	}
	var errs []error
	if e.ConnectorRequest != nil {
		var err error
		out.request, err = r.expectedRequest(*e.ConnectorRequest, at)
		errs = append(errs, err)
	}
	var err error
	if out.response, err = r.expectedResponse(e, at); err != nil {
		errs = append(errs, err)
	}
	if e.Error != nil {
		out.err = &expectedError{message: e.Error.Message}
		if out.err.extensions, err = objectOf(e.Error.Extensions); err != nil {
			errs = append(errs, r.fault(at("error", "extensions"), "extensions: %v", err))
		}
		if !out.response.IsMissing() {
			errs = append(errs, r.fault(at("error"), "a call gives a value or an error; keep one of connectorResponse and error"))
		}
	}
	return out, errors.Join(errs...)
}

func (r *reader) expectedRequest(q request, at func(...any) ast.Node) (*expectedRequest, error) {
	out := &expectedRequest{request: q}
	if q.URL != "" && (q.Origin != "" || q.Path != "" || q.QueryParams != nil) {
		return nil, r.fault(at("connectorRequest", "url"), "url has origin, path and query in it; keep it or those")
	}
	headers, err := objectOf(q.Headers)
	if err != nil {
		return nil, r.fault(at("connectorRequest", "headers"), "headers: %v", err)
	}
	out.headers = header(headers)
	query, err := objectOf(q.QueryParams)
	if err != nil {
		return nil, r.fault(at("connectorRequest", "queryParams"), "queryParams: %v", err)
	}
	if !query.IsMissing() {
		out.query = params(query)
	}
	out.body, err = r.textOf(at("connectorRequest", "bodyFile"), q.Body, q.BodyFile)
	return out, err
}

// params are query parameters by name. Unlike those of headers, their names keep their case.
func params(v mapping.Value) url.Values {
	out := url.Values{}
	for i := range v.Len() {
		switch member := v.At(i); member.Kind() {
		case mapping.Null:
		case mapping.List:
			for j := range member.Len() {
				out.Add(v.Key(i), member.At(j).Text())
			}
		default:
			out.Add(v.Key(i), member.Text())
		}
	}
	return out
}

// expectedResponse is the mapped value: JSON in a string or a file, or written in YAML.
func (r *reader) expectedResponse(e expect, at func(...any) ast.Node) (mapping.Value, error) {
	inline, isText := e.ConnectorResponse.(string)
	if e.ConnectorResponse != nil && !isText {
		v, err := valueOf(e.ConnectorResponse)
		if err != nil {
			return v, r.fault(at("connectorResponse"), "connectorResponse: %v", err)
		}
		return v, nil
	}
	text := &inline
	if e.ConnectorResponse == nil {
		text = nil
	}
	text, err := r.textOf(at("connectorResponseFile"), text, e.ConnectorResponseFile)
	if text == nil || err != nil {
		return mapping.Value{}, err
	}
	v, err := mapping.ParseJSON([]byte(*text))
	if err != nil {
		return v, r.fault(at("connectorResponse"), "connectorResponse is not JSON: %v", err)
	}
	return v, nil
}
