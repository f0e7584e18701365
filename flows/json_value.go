package flows

// strings reads an array of strings; an empty one is nil.
func (r *jsonReader) strings() ([]string, error) {
	if r.word("null") {
		return nil, nil
	}
	if !r.take('[') {
		return nil, errJSON
	}
	if r.take(']') {
		return nil, nil
	}
	var list []string
	for len(list) < maxList {
		if r.peek() != '"' {
			return nil, errJSON
		}
		s, err := r.string()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		if r.take(']') {
			return list, nil
		}
		if !r.take(',') {
			return nil, errJSON
		}
	}
	return nil, errJSON
}

// answers reads an object of values and keeps the order of its members. A slot
// named twice keeps the later value.
func (r *jsonReader) answers() ([]Answer, error) {
	var list []Answer
	err := r.object(func(slot string) error {
		v, err := r.value()
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Slot == slot {
				list[i].Value = v
				return nil
			}
		}
		if len(list) == maxList {
			return errJSON
		}
		if list == nil {
			list = make([]Answer, 0, 6)
		}
		list = append(list, Answer{Slot: slot, Value: v})
		return nil
	})
	return list, err
}

// value reads one answer; its first byte says which shape it has.
func (r *jsonReader) value() (Value, error) {
	switch r.peek() {
	case '"':
		s, err := r.string()
		return TextValue(s), err
	case '[':
		list, err := r.strings()
		return ListValue(list...), err
	case '{':
		return r.place()
	case 't', 'f':
		yes, err := r.boolean()
		return BoolValue(yes), err
	case 'n':
		if r.word("null") {
			return Value{}, nil
		}
		return Value{}, errJSON
	default:
		n, err := r.float()
		return NumberValue(n), err
	}
}

func (r *jsonReader) place() (Value, error) {
	v := Value{Shape: PlaceShape}
	err := r.object(func(key string) (err error) {
		switch key {
		case "lat":
			v.Lat, err = r.float()
		case "lon":
			v.Lon, err = r.float()
		case "text":
			v.Text, err = r.string()
		default:
			err = r.skip(0)
		}
		return err
	})
	return v, err
}

// skip passes over a value of any kind.
func (r *jsonReader) skip(depth int) error {
	if depth > maxNesting {
		return errJSON
	}
	switch r.peek() {
	case '"':
		_, err := r.quoted()
		return err
	case '{':
		return r.object(func(string) error { return r.skip(depth + 1) })
	case '[':
		return r.skipArray(depth)
	case 't', 'f':
		_, err := r.boolean()
		return err
	case 'n':
		if r.word("null") {
			return nil
		}
		return errJSON
	default:
		_, err := r.float()
		return err
	}
}

func (r *jsonReader) skipArray(depth int) error {
	r.take('[')
	if r.take(']') {
		return nil
	}
	for {
		if err := r.skip(depth + 1); err != nil {
			return err
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return errJSON
		}
	}
}
