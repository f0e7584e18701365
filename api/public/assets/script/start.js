// The live part of the web chat. Plain ES5 without libraries: it has to run on
// old phones. Everything it does can also be done without it, by the forms.

var SEND = '/channels/web';
var STREAM = '/channels/web/stream';
var UNSENT = 'nagorik.unsent'; // lines that wait for a connection, in localStorage
var KEEP = 50; // of them at most
var PHOTOS = 5; // at once
var BIG = 1024 * 1024; // bytes from which a photo is made smaller
var HUGE = 3.5 * BIG; // bytes that would not arrive at all
var SIDE = 1600; // pixels of the longer side afterwards
var QUALITY = 0.82;
var POLL = 4000; // ms between questions where there is no stream
var STREAM_AGAIN = 10; // questions until a stream is tried again
var PATIENCE = 2500; // ms without a connection before it is said
var SLOWEST = 30000; // ms between two tries to send
var DHAKA = 6 * 3600 * 1000; // ms ahead of UTC

var chat = byId('chat');
var say = JSON.parse(chat.getAttribute('data-script'));
var log = byId('log');
var choices = byId('choices');
var notice = byId('notice');
var text = byId('text');
var photo = byId('photo');
var pin = byId('pin');
var newer = byId('newer');
var empty = byId('empty');

var cursor = chat.getAttribute('data-cursor');
var wanted = chat.getAttribute('data-wants'); // what the bot hopes for now
var queue = [];
var sending = false;
var tries = 0;
var source = null; // the open stream
var polling = null; // the question or pause that stands in for it
var failures = 0;
var atEnd = true; // the newest line is in sight
var lost = null; // timer that will say the connection is lost
var noticed = ''; // why the notice is shown

function byId(id) { return document.getElementById(id); }

function el(tag, name, content) {
  var e = document.createElement(tag);
  if (name) { e.className = name; }
  if (content) { e.textContent = content; }
  return e;
}

// Notices: one at a time, and only its own reason takes it away.

function tell(why, words) {
  noticed = why;
  notice.textContent = words;
  notice.hidden = false;
}

function hush(why) {
  if (noticed === why) { notice.hidden = true; noticed = ''; }
}
