package flows

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// AddTrigger writes a word, or words that stand next to each other, into the
// triggers of a service: at the head of the list of a language where the words
// are listed by language. ErrEdit when there is no such service, the words are
// there already, or the list is written in a way that cannot be added to.
func AddTrigger(files []File, flow, lang, words string) ([]File, error) {
	files = slices.Clone(files)
	for i, f := range files {
		root, err := rootOf(f)
		if err != nil {
			return nil, err
		}
		n := down(root, []string{"flows", flow})
		if n == nil {
			continue
		}
		if files[i], err = addTrigger(f, n, flow, lang, words); err != nil {
			return nil, err
		}
		return files, nil
	}
	return nil, fmt.Errorf("%w: there is no service %q", ErrEdit, flow)
}

func addTrigger(f File, service *yaml.Node, flow, lang, words string) (File, error) {
	s := sourceOf(f.Text)
	path := []string{"flows", flow, "triggers"}
	list := field(service, "triggers")
	if list == nil {
		return beginTriggers(f, s, service, path, words)
	}
	if list.Kind == yaml.MappingNode && len(list.Content) > 0 {
		key := lang
		if field(list, key) == nil {
			key = list.Content[0].Value
		}
		path, list = append(path, key), field(list, key)
	}
	if list.Kind != yaml.SequenceNode {
		return f, fmt.Errorf("%w: the triggers of %s", ErrEdit, flow)
	}
	for _, item := range list.Content {
		if item.Value == words {
			return f, fmt.Errorf("%w: %s has the trigger %q already", ErrEdit, flow, words)
		}
	}
	var text []byte
	switch {
	case list.Style&yaml.FlowStyle != 0 && len(list.Content) > 0:
		text = s.insert(s.at(list)+1, quoted(words)+", ")
	case list.Style&yaml.FlowStyle != 0:
		text = s.insert(s.at(list)+1, quoted(words))
	case len(list.Content) > 0:
		text = s.insert(s.before(list.Content[0]), strings.Repeat(" ", max(list.Column-1, 0))+"- "+quoted(words)+"\n")
	default:
		return f, fmt.Errorf("%w: the triggers of %s", ErrEdit, flow)
	}
	return edited(f, text, func(was *yaml.Node) {
		n := down(was, path)
		n.Content = slices.Insert(n.Content, 0, scalarNode(words))
	})
}

// beginTriggers writes the first trigger of a service, above its states.
func beginTriggers(f File, s source, service *yaml.Node, path []string, words string) (File, error) {
	for i := 0; i+1 < len(service.Content); i += 2 {
		key := service.Content[i]
		if key.Value != "states" || service.Style&yaml.FlowStyle != 0 {
			continue
		}
		line := strings.Repeat(" ", key.Column-1) + "triggers: [" + quoted(words) + "]\n"
		return edited(f, s.insert(s.before(key), line), func(was *yaml.Node) {
			n := down(was, path[:2])
			list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{scalarNode(words)}}
			n.Content = slices.Insert(n.Content, i, scalarNode("triggers"), list)
		})
	}
	return f, fmt.Errorf("%w: the states of %s", ErrEdit, path[1])
}
