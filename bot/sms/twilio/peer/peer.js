// Twilio's own library as a filter: each line of standard input is a call, {"token","url","fields":{name:[values]},"signature"};
// each line of standard output says what the library makes of it: {"valid","expected"}.
"use strict";
const twilio = require("twilio");
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const call = JSON.parse(line);
  const params = {};
  for (const [name, values] of Object.entries(call.fields)) params[name] = values.length === 1 ? values[0] : values;
  console.log(JSON.stringify({
    valid: twilio.validateRequest(call.token, call.signature, call.url, params),
    expected: twilio.getExpectedTwilioSignature(call.token, call.url, params),
  }));
});
