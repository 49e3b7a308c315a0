package mapping

// slabs are pieces of memory from which an evaluation cuts what it makes, so that an output of many small
// objects costs few allocations.
type slabs struct {
	vals  []Value
	keys  []string
	nodes []node
	size  int
}

// What is larger than maxCut is allocated alone; slabs grow up to maxSlab.
const (
	maxCut  = 64
	maxSlab = 256
)

// grown is the size of the next slab: what makes little shall not pay for much.
func (s *slabs) grown(n int) int {
	s.size = min(max(2*s.size, 16), maxSlab)
	return max(n, s.size)
}

func (s *slabs) cutVals(n int) []Value {
	if n > maxCut {
		return make([]Value, n)
	}
	if n > len(s.vals) {
		s.vals = make([]Value, s.grown(n))
	}
	out := s.vals[:n:n]
	s.vals = s.vals[n:]
	return out
}

func (s *slabs) cutKeys(n int) []string {
	if n > maxCut {
		return make([]string, n)
	}
	if n > len(s.keys) {
		s.keys = make([]string, s.grown(n))
	}
	out := s.keys[:n:n]
	s.keys = s.keys[n:]
	return out
}

func (s *slabs) node() *node {
	if len(s.nodes) == 0 {
		s.nodes = make([]node, s.grown(1))
	}
	n := &s.nodes[0]
	s.nodes = s.nodes[1:]
	return n
}

// make has room for the elements of a list that is made.
func (e *evaluator) make(n int) []Value {
	e.charge(n)
	return e.slabs.cutVals(n)
}

// list is a list of elements; a Missing one becomes null. The slice is taken over.
func (e *evaluator) list(elems []Value) Value {
	for i := range elems {
		if elems[i].kind == Missing {
			elems[i] = nullValue
		}
	}
	n := e.slabs.node()
	n.vals = elems
	return Value{kind: List, node: n}
}

// members has room for those of an object that is made.
func (e *evaluator) members(n int) builder {
	e.charge(4 + n)
	return builder{keys: e.slabs.cutKeys(n)[:0], vals: e.slabs.cutVals(n)[:0]}
}

// built is the object that was put together.
func (e *evaluator) built(b *builder) Value {
	n := e.slabs.node()
	n.keys, n.vals, n.index = b.keys, b.vals, b.index
	return Value{kind: Object, node: n}
}
