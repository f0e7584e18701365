package bangla

import (
	"math"
	"strconv"
)

// maxDecimals is the most decimals Group prints.
const maxDecimals = 9

// Group prints n for people, with lakh grouping and the given number of decimals (0 to 9, rounded half to even as
// stored): 1234567 is "১২,৩৪,৫৬৭" for "bn" and "12,34,567" for any other language.
func Group(n float64, lang string, decimals int) string {
	decimals = min(max(decimals, 0), maxDecimals)
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return "-"
	}
	var room [340]byte
	plain := strconv.AppendFloat(room[:0], math.Abs(n), 'f', decimals, 64)
	whole := len(plain)
	if decimals > 0 {
		whole -= decimals + 1
	}
	b := make([]byte, 0, len(plain)+len(plain)/2+1)
	if n < 0 && !isZero(plain) {
		b = append(b, '-')
	}
	for i, c := range plain {
		if left := whole - i; i > 0 && (left == 3 || left > 3 && left%2 == 1) {
			b = append(b, ',')
		}
		b = append(b, c)
	}
	if lang == "bn" {
		return ToBangla(string(b))
	}
	return string(b)
}

func isZero(plain []byte) bool {
	for _, c := range plain {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}
