// Package bottest holds what channels are tested with.
//
// [Suite] asks of a channel what every channel must keep; the channel's test
// gives it a [Harness] that speaks for the provider. [Graph] is a stand-in
// for Meta's Graph API that refuses what Meta refuses, echoes, and fails when
// told to; it needs no test around it, so that load and crash tests can run
// it too. [From] builds the webhook bodies a Messenger user causes, and
// [SignMeta] signs them:
//
//	g, err := bottest.NewGraph(bottest.GraphOptions{Token: "t", AppSecret: "s"})
//	…
//	defer g.Close()
//	body := bottest.Webhook("104", bottest.From{Page: "104", PSID: "61", MID: "m_1", At: now}.Text("মশা"))
//	req.Header.Set("X-Hub-Signature-256", bottest.SignMeta("s", body))
//	sends, err := g.Wait(ctx, 1)
//
// [Gateway] is a stand-in for the HTTP interface of any SMS gateway.
package bottest
