package archive

// meterStep is how many bytes or files pass between two words of progress.
const (
	meterBytes = 1 << 20
	meterFiles = 64
)

// meter tells progress, not at every step.
type meter struct {
	tell     func(Progress)
	now, was Progress
}

func newMeter(opt Options, doing string) *meter {
	return &meter{tell: opt.Progress, now: Progress{Doing: doing}}
}

func (m *meter) rows(rows, bytes int) {
	m.now.Rows += int64(rows)
	m.now.Bytes += int64(bytes)
	m.maybe()
}

func (m *meter) file(bytes int64) {
	m.now.Files++
	m.now.Bytes += bytes
	m.maybe()
}

// bytes takes the number of bytes from a reader.
func (m *meter) bytes(a *reader) {
	m.now.Bytes = a.bytes
	m.maybe()
}

func (m *meter) maybe() {
	if m.tell == nil || m.now.Bytes-m.was.Bytes < meterBytes && m.now.Files-m.was.Files < meterFiles {
		return
	}
	m.was = m.now
	m.tell(m.now)
}
