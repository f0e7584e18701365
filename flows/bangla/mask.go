package bangla

// masked stands for a digit that nobody should have typed.
const masked = '*'

// Mask hides the digits of identity numbers, PINs and one-time codes in what a citizen wrote, where HasNID finds such.
// Short numbers (a ward, a road) and telephone numbers stay. Any other text comes back as it is.
func Mask(s string) string {
	if !HasNID(s) {
		return s
	}
	runes := []rune(s)
	for i := 0; i < len(runes); {
		if !isAnyDigit(runes[i]) {
			i++
			continue
		}
		end, digits := secretEnd(runes, i)
		if digits >= shortestSecret && !isPhone(runes[i:end]) {
			for j := i; j < end; j++ {
				if isAnyDigit(runes[j]) {
					runes[j] = masked
				}
			}
		}
		i = end
	}
	return string(runes)
}

func isAnyDigit(r rune) bool { return isDigit(r) || r >= '০' && r <= '৯' }

// secretEnd is where the number that begins at i ends, over the blanks and dashes within it, and how many digits it has.
func secretEnd(runes []rune, i int) (end, digits int) {
	end = i
	for j := i; j < len(runes) && j-end <= maxGap; j++ {
		switch r := runes[j]; {
		case isAnyDigit(r):
			end = j + 1
			digits++
		case r != ' ' && r != '-' && r != '.' && r != '–' && r != '\u00a0':
			return end, digits
		}
	}
	return end, digits
}

func isPhone(number []rune) bool {
	_, ok := Phone(string(number))
	return ok
}
