package queryplan

import "github.com/vektah/gqlparser/v2/ast"

// Contextual is what an entity fetch takes from objects above its own (@fromContext): variables, whose values
// are the same for all objects beneath one ancestor and may differ beneath another.
//
// Where all objects of a fetch have the same values, Fetch.Operation is sent with these. Where they differ, one
// request still does: the entities are asked for once for each combination of values, under an alias and with
// variables of its own. The document that does so is put together from the parts here:
//
//	query($q:Int,$representations_0:[_Any!]!,$arg_0:String,$representations_1:[_Any!]!,$arg_1:String){
//	  _0:_entities(representations:$representations_0){...on T{f(a:$arg_0,b:$q)}}
//	  _1:_entities(representations:$representations_1){...on T{f(a:$arg_1,b:$q)}}}
type Contextual struct {
	// Variables that are filled, in order.
	Variables []*ContextVariable
	// Declared is the declarations of the client's variables that are used, separated by commas; "" if there are none.
	Declared string
	// Parts are the selection set on the entities, split where one of the Variables is used; Uses[i] is the index
	// of the one between Parts[i] and Parts[i+1].
	Parts []string
	Uses  []int
	// Separator stands between the name of a variable and the number of its combination; no variable of the client
	// is called like what comes of it.
	Separator string
}

// ContextVariable is a variable that is filled from an ancestor of the objects.
type ContextVariable struct {
	Name string
	Type *ast.Type
	// Sources are where the value may be, from the nearest ancestor on: the first that fits the ancestor's
	// run-time type is taken. Without one the value is null.
	Sources []*ContextSource
}

// ContextSource is the value in ancestors of one place.
type ContextSource struct {
	// Steps of Fetch.Path lead to the ancestor.
	Steps int
	// Fields of the ancestor. The first that fits its run-time type leads to the value: at each level there is one
	// field for a type, and lists on the way become a list of values.
	Fields []*Input
}
