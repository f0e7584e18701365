// Package sse sends server-sent events to those who keep a connection open for
// them: the pages of the web chat, programs of the desk.
//
// The types to know: [Stream] is one open connection, [Event] is what is sent
// on it, [Places] bounds how many there are.
//
//	release, ok := places.Take(sse.Claim{Key: token, Most: 8})
//	if !ok {
//		return errTooMany
//	}
//	defer release()
//	stream, err := sse.Open(w)
//	beat := time.NewTicker(sse.Heartbeat)
//	…
//	err = stream.Send(sse.Event{ID: "7", Name: "case", Data: data})
package sse
