package executor

// layout is the form of the rows at one place of the data: which name is kept in which slot. It is merged
// over all fetches that touch the place and all run-time types, since a name means one thing there.
type layout struct {
	// width counts the cells of a row, its header included.
	width uint32
	slots map[string]uint32
	// fields and children by slot: the field's name in the schema, and the layout of a composite value.
	fields   []string
	children []*layout
}

// A row's first cell is its header, the second holds __typename, for which every layout has a slot.
const (
	headerSlot = iota
	typenameSlot
	firstSlot
)

const typenameName = "__typename"

func newLayout() *layout {
	return &layout{
		width:    firstSlot,
		slots:    map[string]uint32{typenameName: typenameSlot},
		fields:   []string{"", typenameName},
		children: []*layout{nil, nil},
	}
}

// slot is that of a name, made if there is none.
func (l *layout) slot(name string) uint32 {
	if s, ok := l.slots[name]; ok {
		return s
	}
	s := l.width
	l.slots[name] = s
	l.fields = append(l.fields, name)
	l.children = append(l.children, nil)
	l.width++
	return s
}

// child is the layout of the objects in a slot, made if there is none.
func (l *layout) child(slot uint32) *layout {
	if l.children[slot] == nil {
		l.children[slot] = newLayout()
	}
	return l.children[slot]
}

// typeID numbers the run-time types that a plan knows, from 1; 0 is any other.
type typeID = uint32

// typeTable numbers types. Those that some variant of the shape answers come first.
type typeTable struct {
	ids   map[string]typeID
	names []string
	// answered is the last id of a type that some variant answers.
	answered typeID
}

func (t *typeTable) id(name string) typeID {
	if id, ok := t.ids[name]; ok {
		return id
	}
	id := typeID(len(t.ids) + 1)
	t.ids[name] = id
	t.names = append(t.names, name)
	return id
}

// set is the set of the named types; nil if there are none.
func (t *typeTable) set(names []string) typeSet {
	var s typeSet
	for _, name := range names {
		s = s.with(t.id(name))
	}
	return s
}

// typeSet is a set of types as bits; the empty one stands for all types.
type typeSet []uint64

func (s typeSet) with(id typeID) typeSet {
	for int(id/64) >= len(s) {
		s = append(s, 0)
	}
	s[id/64] |= 1 << (id % 64)
	return s
}

// fits reports whether objects of the type are meant.
func (s typeSet) fits(id typeID) bool {
	return len(s) == 0 || int(id/64) < len(s) && s[id/64]&(1<<(id%64)) != 0
}
