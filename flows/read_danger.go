package flows

// wordGroups reads words that stand for each other in the lines of danger:
//
//	word_groups:
//	  child: [বাচ্চা, শিশু, baccha, child]
//	  anybody: [<child>, একজন, someone]   # with those of a group before it
func (r *reader) wordGroups(d *draft, m member) {
	for _, g := range r.members(m.value, "word_groups") {
		r.name(g.key, "group")
		d.groups = append(d.groups, draftWords{name: g.key, words: r.words(g.value, "words")})
	}
}

func (r *reader) danger(d *draft, m member) {
	for _, item := range r.items(m.value, "danger") {
		f := r.fields(item, "a line of danger", "words", "unless", "text", "examples")
		if f == nil {
			continue
		}
		x := draftDanger{position: r.at(item)}
		if n := f["words"]; n != nil {
			x.words = r.words(n, "words")
		} else {
			r.fail(x.position, "this needs words")
		}
		if n := f["examples"]; n != nil {
			x.examples = r.examples(n)
		}
		if n := f["unless"]; n != nil {
			x.unless = r.words(n, "unless")
		}
		if n := f["text"]; n != nil {
			x.text = r.word(n, "text")
		} else {
			r.fail(x.position, "this needs text: the name of one of the texts")
		}
		d.danger = append(d.danger, x)
	}
}
