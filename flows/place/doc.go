// Package place knows the wards of a city: where a point lies ([Map.At]) and which wards an area's name may mean
// ([Map.Find]).
//
// A [Map] is made by [Load] from a GeoJSON layer, by [New] from a plain list of wards, or is the fictional [Sample]
// city. [Problem] says in words what is wrong with a layer; what can be used of it is. Without polygons everything
// works but At.
//
//	m := place.Sample()
//	ward, ok := m.At(21.179665, 90.586219)   // ward 6
//	matches := m.Find("আমি বটতলায় থাকি")      // [Match] in ward 1
//
// The types to know are [Map], [Ward], [Match] and [Problem]. A Map never changes and may be used by many goroutines.
package place
