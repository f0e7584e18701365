package flows

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"

	"nagorik/flows/intent"
)

// modelsKept is how many models are kept beside those that catalogues hold. One takes some 20 MB.
const modelsKept = 2

// models are those made last. Most versions of a catalogue differ in a text or a fee and not in what they learn from:
// such a one takes over the model of the one before.
type models struct {
	mu   sync.Mutex
	made []made // the one used last at the end
}

type made struct {
	from  [sha256.Size]byte
	model *intent.Model
}

var learntLately models

// model is what these examples make, made now where it is not kept.
func (m *models) model(examples []intent.Example) *intent.Model {
	from := fingerprint(examples)
	m.mu.Lock()
	defer m.mu.Unlock()
	found := slices.IndexFunc(m.made, func(x made) bool { return x.from == from })
	if found < 0 {
		m.made = append(m.made, made{from, intent.Train(examples)})
		found = len(m.made) - 1
	}
	x := m.made[found]
	m.made = append(slices.Delete(m.made, found, found+1), x)
	m.made = slices.Delete(m.made, 0, max(0, len(m.made)-modelsKept))
	return x.model
}

// fingerprint tells examples apart, and their order, which their model depends on too.
func fingerprint(examples []intent.Example) (sum [sha256.Size]byte) {
	h := sha256.New()
	var b []byte
	for _, e := range examples {
		b = b[:0]
		for _, text := range []string{e.Label, e.Text} {
			b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
		}
		if e.Word {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
		h.Write(b)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
