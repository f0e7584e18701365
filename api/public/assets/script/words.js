// Digits and times in the page's language, by the city's clock.

function digits(s) {
  return String(s).replace(/[0-9]/g, function (d) { return say.digits.charAt(+d); });
}

function inDhaka(at) { return new Date(at.getTime() + DHAKA); }

function clock(at) {
  var d = inDhaka(at), h = d.getUTCHours(), m = d.getUTCMinutes(), part = '', i;
  for (i = 0; i < say.parts.length; i++) {
    if (h >= say.parts[i].from) { part = say.parts[i].name; }
  }
  return digits(say.time.replace('{part}', part).replace('{hour}', (h + 11) % 12 + 1).replace('{minute}', (m < 10 ? '0' : '') + m));
}

function dayKey(at) { return inDhaka(at).toISOString().slice(0, 10); }

function dayName(at) {
  var now = new Date(), d = inDhaka(at);
  if (dayKey(at) === dayKey(now)) { return say.words.today; }
  if (dayKey(at) === dayKey(new Date(now.getTime() - 864e5))) { return say.words.yesterday; }
  return digits(d.getUTCDate()) + ' ' + say.months[d.getUTCMonth()] + ' ' + digits(d.getUTCFullYear());
}
