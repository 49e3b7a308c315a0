package openapi

import "strconv"

func keepText(u *bundler, n *node, at where) *node {
	switch {
	case n.kind == stringNode:
		return n
	case n.kind == scalarNode && n.value != "null":
		return &node{kind: stringNode, line: n.line, value: n.value}
	case n.kind != scalarNode && n.get("$ref") == nil: // some put descriptions into files
		u.warn(n, at, "it should be a text; left out")
	}
	return nil
}

func keepFlag(u *bundler, n *node, at where) *node {
	if n.kind == scalarNode && (n.value == "true" || n.value == "false") {
		return n
	}
	u.warn(n, at, "it should be true or false; left out")
	return nil
}

func keepCount(u *bundler, n *node, at where) *node {
	if n.kind != scalarNode || n.value == "" || len(n.value) > 9 {
		return nil
	}
	for _, c := range n.value {
		if c < '0' || c > '9' {
			u.warn(n, at, "it should be a number; left out")
			return nil
		}
	}
	return n
}

func keepValue(_ *bundler, n *node, _ where) *node { return n }

func keepList(u *bundler, n *node, at where) *node {
	if n.kind == listNode {
		return n
	}
	u.warn(n, at, "it should be a list; left out")
	return nil
}

func keepTexts(u *bundler, n *node, at where) *node {
	if keepList(u, n, at) == nil {
		return nil
	}
	out := &node{kind: listNode, line: n.line}
	for i, c := range n.children {
		if kept := keepText(u, c, at.child(strconv.Itoa(i))); kept != nil {
			out.children = append(out.children, kept)
		}
	}
	return out
}

func keepType(u *bundler, n *node, at where) *node {
	if n.kind == listNode {
		return keepTexts(u, n, at)
	}
	return keepText(u, n, at)
}

func keepSchema(u *bundler, n *node, at where) *node { return u.schema(n, at) }

// keepMarker keeps that there is something, which is all that counts of it.
func keepMarker(_ *bundler, n *node, _ where) *node {
	if n.kind == scalarNode {
		return n
	}
	return &node{value: "true", line: n.line}
}

func listOfRule(r rule) rule {
	return func(u *bundler, n *node, at where) *node {
		if keepList(u, n, at) == nil {
			return nil
		}
		out := &node{kind: listNode, line: n.line}
		for i, c := range n.children {
			if kept := r(u, c, at.child(strconv.Itoa(i))); kept != nil {
				out.children = append(out.children, kept)
			}
		}
		return out
	}
}

// mapOf keeps all members, but extensions.
func mapOf(r rule) rule { return with(rules{"*": r}) }

// with keeps the members that the rules are for.
func with(r rules) rule {
	return func(u *bundler, n *node, at where) *node { return u.object(n, at, r) }
}

// keepProperties keeps all: properties may be called as they like: x- is no extension among them.
func keepProperties(u *bundler, n *node, at where) *node {
	if n.kind != mapNode {
		u.warn(n, at, "it should be an object; left out")
		return nil
	}
	out := &node{kind: mapNode, line: n.line}
	for i, name := range n.keys {
		out.set(name, u.schema(n.children[i], at.child(name)))
	}
	return out
}

// keepRequired knows the flag that it was long ago, which says nothing of what is within.
func keepRequired(u *bundler, n *node, at where) *node {
	if n.kind == scalarNode {
		return nil
	}
	return keepTexts(u, n, at)
}

func keepItems(u *bundler, n *node, at where) *node {
	if n.kind == listNode { // one schema for each place
		return &node{kind: mapNode, line: n.line}
	}
	return u.schema(n, at)
}

// schemaRules are what is read of a schema.
func schemaRules() rules {
	schemas := listOfRule(keepSchema)
	return rules{
		"type": keepType, "format": keepText, "title": keepText, "description": keepText, "properties": keepProperties,
		"required": keepRequired, "items": keepItems, "allOf": schemas, "anyOf": schemas, "oneOf": schemas,
		"enum": keepList, "const": keepValue, "nullable": keepFlag, "x-nullable": keepFlag, "readOnly": keepFlag,
		"writeOnly": keepFlag, "deprecated": keepFlag, "default": keepValue, "additionalProperties": keepMarker,
		"maxItems": keepCount,
	}
}

// documentRules are what is read of a description, of either generation.
func documentRules() rules {
	content := mapOf(with(rules{"schema": keepSchema}))
	parameter := rules{
		"name": keepText, "in": keepText, "required": keepFlag, "schema": keepSchema, "content": content, "style": keepText,
		"explode": keepFlag, "description": keepText,
		// Swagger 2
		"type": keepText, "format": keepText, "items": keepItems, "collectionFormat": keepText, "enum": keepList,
		"default": keepValue, "maxItems": keepCount,
	}
	response := rules{"description": keepText, "content": content, "schema": keepSchema}
	body := rules{"description": keepText, "required": keepFlag, "content": content}
	server := rules{"url": keepText, "variables": mapOf(with(rules{"default": keepText}))}
	security := listOfRule(mapOf(keepList))
	operation := rules{
		"operationId": keepText, "tags": keepTexts, "summary": keepText, "description": keepText, "deprecated": keepFlag,
		"parameters": listOfRule(with(parameter)), "requestBody": with(body), "responses": mapOf(with(response)),
		"servers": listOfRule(with(server)), "security": security, "consumes": keepTexts, "produces": keepTexts,
	}
	item := rules{"parameters": listOfRule(with(parameter)), "servers": listOfRule(with(server))}
	for _, method := range []string{"get", "post", "put", "patch", "delete", "trace", "query"} {
		item[method] = with(operation)
	}
	scheme := with(rules{"type": keepText, "name": keepText, "in": keepText, "scheme": keepText})
	return rules{
		"openapi": keepText, "swagger": keepText, "info": with(rules{"title": keepText, "version": keepText}),
		"servers": listOfRule(with(server)), "paths": mapOf(with(item)), "security": security,
		"components": with(rules{"securitySchemes": mapOf(scheme)}),
		"host":       keepText, "basePath": keepText, "schemes": keepTexts, "consumes": keepTexts, "produces": keepTexts,
		"securityDefinitions": mapOf(scheme),
	}
}
