package gsm_test

import (
	"fmt"

	"nagorik/flows/gsm"
)

func ExampleSegments() {
	fmt.Println(gsm.Segments("আপনার ওয়ার্ড নম্বর লিখুন।"))
	fmt.Println(gsm.Segments("Type your ward number."))
	// Output:
	// {ucs2 26 1}
	// {gsm7 22 1}
}
