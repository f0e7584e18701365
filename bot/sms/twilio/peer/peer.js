// Twilio's own library as a filter: each line of standard input is a call, {"token","url","body","signature"}; each line of
// standard output says what the library makes of it: {"valid","expected"}. The body is decoded by Node itself, as a web
// application of Twilio's users would have it.
"use strict";
const querystring = require("node:querystring");
// The webhooks alone: the client of the REST API beside them is large.
const webhooks = require("twilio/lib/webhooks/webhooks");
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const call = JSON.parse(line);
  const params = querystring.parse(call.body, "&", "=", { maxKeys: 0 });
  console.log(JSON.stringify({
    valid: webhooks.validateRequest(call.token, call.signature, call.url, params),
    expected: webhooks.getExpectedTwilioSignature(call.token, call.url, params),
  }));
});
