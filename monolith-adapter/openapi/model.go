package openapi

// object is an output type or an input type.
type object struct {
	name, description string
	members           []*member
	// place is where in the description it comes from.
	place string
	// key are the members by which the entity is asked for; none if it is no entity.
	key []*member
	// connects are the connectors on the type.
	connects []*connect
	// spread says whether bodies made of the input differ from it, by names or values.
	spread bool
}

func (o *object) member(name string) *member {
	for _, m := range o.members {
		if m.name == name {
			return m
		}
	}
	return nil
}

// member is a field of an object.
type member struct {
	// name in the graph, property in JSON.
	name, property string
	typ            *typ
	description    string
	deprecated     bool
	// optional: the property may be absent or null.
	optional bool
	// note is a comment for who edits the schema.
	note string
	// link is the member that holds the key of the entity that this one stands for.
	link  *member
	place string
}

// typ is a reference to a type.
type typ struct {
	name    string // of scalars
	object  *object
	enum    *enum
	list    *typ
	nonNull bool
}

// leaf is the type within all lists.
func (t *typ) leaf() *typ {
	for t.list != nil {
		t = t.list
	}
	return t
}

// String is the type as it stands in SDL.
func (t *typ) String() string {
	text := t.name
	switch {
	case t.list != nil:
		text = "[" + t.list.String() + "]"
	case t.object != nil:
		text = t.object.name
	case t.enum != nil:
		text = t.enum.name
	}
	if t.nonNull {
		text += "!"
	}
	return text
}

// as is the reference with its lists, to something else.
func (t *typ) as(leaf typ) *typ {
	if t.list == nil {
		leaf.nonNull = t.nonNull
		return &leaf
	}
	return &typ{list: t.list.as(leaf), nonNull: t.nonNull}
}

// enum is an enum type. Values that are no GraphQL names have names of their own.
type enum struct {
	name, description string
	values            []enumValue
	mapped            bool
}

type enumValue struct{ name, value string }

// field is a field of Query or Mutation, made of an operation.
type field struct {
	name, description string
	notes             []string
	deprecated        bool
	mutation          bool
	op                *operation
	args              []*argument
	typ               *typ
	// within is the path to the value in the answer.
	within []string
	// empty: there is no body, and success is all that there is to know.
	empty  bool
	entity bool

	connect *connect
}

// argument is an argument of a root field.
type argument struct {
	name        string
	typ         *typ
	initial     string // default value
	description string
	param       *param
	// body: it is what the request's body is made of.
	body bool
}

// connect is an @connect.
type connect struct {
	method, path string
	query        []string // items of queryParams
	headers      [][2]string
	body         string
	batch        int
	selection    string
	// typ and within say what the selection is made of, once all types are final.
	typ    *typ
	within []string
	notes  []string
}
