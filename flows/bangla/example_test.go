package bangla_test

import (
	"fmt"

	"nagorik/flows/bangla"
)

func Example() {
	taka, _ := bangla.Amount("সাড়ে তিন হাজার টাকা")
	ward, reading := bangla.Ward("রোড ৫, ১২ নং ওয়ার্ড", false)
	fmt.Println(taka, ward, reading == bangla.OneWard)
	fmt.Println(bangla.YesNo("জি না"), bangla.Group(1234567, "bn", 0))
	fmt.Println(bangla.Latin("ময়লা") == bangla.Latin("moyla"))
	// Output:
	// 3500 12 true
	// no ১২,৩৪,৫৬৭
	// true
}
