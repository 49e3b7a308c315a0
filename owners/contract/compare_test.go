package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/owners/contract"
)

// TestWhatContradictsAContract: each case is one line of the contract, and one of the service.
func TestWhatContradictsAContract(t *testing.T) {
	tests := []struct{ name, promised, service, want string }{
		{"another type", `type A { x: Int }`, `type A { x: String }`, `A.x TYPE: the contract says Int, the service String`},
		{"no list", `type A { x: [Int] }`, `type A { x: Int }`, `A.x TYPE: the contract says [Int], the service Int`},
		{"may be null", `type A { x: Int! }`, `type A { x: Int }`, `A.x NULLABILITY: the contract says Int!, the service Int, which may be null`},
		{"elements may be null", `type A { x: [Int!] }`, `type A { x: [Int]! }`, `A.x NULLABILITY: the contract says [Int!], the service [Int]!, which may be null`},
		{"is never null, which is more", `type A { x: [Int] }`, `type A { x: [Int!]! }`, ``},
		{"more fields", `type A { x: Int }`, `type A { x: Int y: Int } type B { z: Int }`, ``},
		{"fewer fields, which are lacking", `type A { x: Int y: Int } type B { z: Int }`, `type A { x: Int }`, ``},
		{"another kind", `type A { x: Int }`, `interface A { x: Int }`, `A KIND: the contract has an object, the service an interface`},
		{"no argument", `type A { x(a: Int): Int }`, `type A { x: Int }`, `A.x(a:) ARGUMENT: the service does not have the argument`},
		{"an argument more", `type A { x: Int }`, `type A { x(a: Int, b: Int! = 1): Int }`, ``},
		{"a required argument more", `type A { x: Int }`, `type A { x(a: Int!): Int }`, `A.x(a:) ARGUMENT: the service requires an argument that the contract does not have`},
		{"an argument of another type", `type A { x(a: Int): Int }`, `type A { x(a: ID): Int }`, `A.x(a:) TYPE: the contract says Int, the service ID`},
		{"an argument that must be given", `type A { x(a: Int): Int }`, `type A { x(a: Int!): Int }`, `A.x(a:) NULLABILITY: the contract says Int, the service Int!, which must not be null`},
		{"an argument that may be left out", `type A { x(a: Int!): Int }`, `type A { x(a: Int): Int }`, ``},
		{"an argument that must be given, and has a default", `type A { x(a: Int): Int }`, `type A { x(a: Int! = 1): Int }`, ``},
		{"another default", `type A { x(a: Int = 1): Int }`, `type A { x(a: Int = 2): Int }`, `A.x(a:) DEFAULT: the default is 1 in the contract, and 2 in the service`},
		{"no default", `type A { x(a: Int = 1): Int }`, `type A { x(a: Int): Int }`, `A.x(a:) DEFAULT: the default is 1 in the contract, and none in the service`},
		{"the same default, written otherwise", `type A { x(a: Float = 1, b: I = {p: 1, q: [2.0]}, c: Int = null): Int } input I { p: Int q: [Float] }`, `type A { x(a: Float = 1.0, b: I = {q: [2], p: 1}, c: Int): Int } input I { p: Int q: [Float] }`, ``},
		{"no key", `type A @key(fields: "id") { id: ID! }`, `type A { id: ID! }`, `A KEY: the service's A has no @key(fields: "id")`},
		{"another key", `type A @key(fields: "id") @key(fields: "b {c d}") { id: ID! b: B } type B { c: Int d: Int }`, `type A @key(fields: "b { d c }") { id: ID! b: B } type B { c: Int d: Int }`, `A KEY: the service's A has no @key(fields: "id")`},
		{"a key that does not resolve", `type A @key(fields: "id") { id: ID! }`, `type A @key(fields: "id", resolvable: false) { id: ID! }`, `A KEY: the service's @key(fields: "id") is not resolvable`},
		{"a key more", `type A @key(fields: "id") { id: ID! n: Int }`, `type A @key(fields: "id") @key(fields: "n") { id: ID! n: Int }`, ``},
		{"a key whose field is lacking", `type A @key(fields: "id") @key(fields: "n") { id: ID! n: Int }`, `type A @key(fields: "id") { id: ID! }`, ``},
		{"a key under another name", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", import: [{name: "@key", as: "@id"}]) type A @id(fields: "id") { id: ID! }`, `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type A @federation__key(fields: "id") { id: ID! }`, ``},
		{"no enum value", `enum E { A B }`, `enum E { A }`, `E.B ENUM_VALUE: the service does not have the value`},
		{"an enum value more, that may be answered", `type Q { e: E } enum E { A }`, `type Q { e: E } enum E { A B }`, `E.B ENUM_VALUE: the service may answer a value that the contract does not have`},
		{"an enum value more, that is only taken", `type Q { e(a: E): Int } enum E { A }`, `type Q { e(a: E): Int } enum E { A B }`, ``},
		{"no interface", `interface N { id: ID } type A implements N { id: ID }`, `interface N { id: ID } type A { id: ID }`, `A MEMBER: the service's A does not implement N`},
		{"no member", `union U = A | B type A { x: Int } type B { x: Int }`, `union U = A type A { x: Int } type B { x: Int }`, `U MEMBER: B is not in the service's union`},
		{"a member more", `union U = A type A { x: Int }`, `union U = A | B type A { x: Int } type B { x: Int }`, `U MEMBER: the service may answer a B, which is not in the contract's union`},
		{"no input field", `input I { a: Int b: Int }`, `input I { a: Int }`, `I.b INPUT_FIELD: the service does not have the input field`},
		{"a required input field more", `input I { a: Int }`, `input I { a: Int b: Int! c: Int! = 1 }`, `I.b INPUT_FIELD: the service requires an input field that the contract does not have`},
		{"an input field that must be given", `input I { a: Int }`, `input I { a: Int! }`, `I.a NULLABILITY: the contract says Int, the service Int!, which must not be null`},
		{"root types by other names", `type Query { a: Query }`, `schema { query: Root } type Root { a: Root }`, ``},
		{"a root type in parts", `type Query { a: Int b: Int! }`, `extend type Query { a: Int } extend type Query { b: Int }`, `Query.b NULLABILITY: the contract says Int!, the service Int, which may be null`},
		{"what federation adds", `type Query { a: Int }`, `type Query { a: Int _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } union _Entity = A type A { x: Int } type _Service { sdl: String } scalar _Any`, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			promised, err := contract.Read("shop.graphql", "\n"+test.promised)
			if err != nil {
				t.Fatal(err)
			}
			service, err := contract.Read("http://shop", test.service)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range contract.Compare(promised, service) {
				got = append(got, c.Coordinate+" "+string(c.Code)+": "+c.Message)
				if c.Contract.Line != 2 || c.Service.Line != 1 || c.Contract.Text != test.promised || c.Service.Text != test.service {
					t.Errorf("places %+v", c)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSDLThatCannotBeRead is a fault with its place.
func TestSDLThatCannotBeRead(t *testing.T) {
	_, err := contract.Read("http://shop", "type Query {\n")
	if err == nil || !strings.HasPrefix(err.Error(), "http://shop:2:1: ") {
		t.Error(err)
	}
}
