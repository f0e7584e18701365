package flows

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestZZ(t *testing.T) {
	c := shipped(t)
	for _, name := range strings.Fields(os.Getenv("ZZ")) {
		f, _ := os.Open(name)
		sc := bufio.NewScanner(f)
		i := -1
		for sc.Scan() {
			p := strings.Split(sc.Text(), "\t")
			if len(p) < 3 || strings.HasPrefix(sc.Text(), "#") {
				continue
			}
			i++
			tn := &turn{c: c, in: &Input{Kind: InputText, Text: p[0]}}
			tn.prepare()
			rule := c.dangerIn(tn.folded, tn.tokens())
			w := c.weigh(tn.folded, tn.tokens())
			harm := false
			for _, h := range c.harmless {
				harm = harm || anyOf(h, tn.tokens())
			}
			r := 0
			if rule != nil {
				r = 1
			}
			h := 0
			if harm {
				h = 1
			}
			u := 0
			if w.unsure {
				u = 1
			}
			e := 0
			if p[2] == "emergency" {
				e = 1
			}
			fmt.Printf("ZZ\t%d\t%d\t%d\t%d\t%d\t%.3f\t%s\t%s\n", i, e, r, h, u, c.dangerShare(tn.folded), p[2], p[0])
		}
	}
}
