package bot

import (
	"context"
	"sync"

	"nagorik/handoff"
)

// caseNumbers hands out case numbers from a block that this process has
// reserved. What is left of it when the process ends stays a gap.
type caseNumbers struct {
	desk *handoff.Desk

	mu   sync.Mutex
	next int64
	end  int64
}

// reserve returns a number that nobody else gets.
func (c *caseNumbers) reserve(ctx context.Context) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == c.end {
		first, err := c.desk.CaseNumbers(ctx)
		if err != nil {
			return 0, err
		}
		c.next, c.end = first, first+handoff.CaseNumberBlock
	}
	c.next++
	return c.next - 1, nil
}

// caseNumber is the number that the lane's next case will have.
func (l *lane) caseNumber(ctx context.Context) (int64, error) {
	if l.spare != 0 {
		return l.spare, nil
	}
	number, err := l.bot.numbers.reserve(ctx)
	l.spare = number
	return number, err
}

// caseOpened uses up the number that caseNumber returned.
func (l *lane) caseOpened() { l.spare = 0 }
