// Hearing: a stream of events, or questions where that does not work.

function connect() {
  if (source || polling) { return; }
  if (!window.EventSource) { poll(0); return; }
  source = new EventSource(STREAM + '?after=' + encodeURIComponent(cursor));
  source.onopen = function () { failures = 0; found(); };
  source.onmessage = function (e) { show(JSON.parse(e.data)); };
  source.onerror = function () {
    miss();
    failures++;
    if (failures >= 2 || source.readyState === 2) {
      source.close();
      source = null;
      poll(0);
    }
  };
}

// poll asks again and again where a stream does not work, and now and then
// tries the stream anew.
function poll(round) {
  var xhr = new XMLHttpRequest();
  polling = xhr;
  function next() {
    polling = null;
    if (round + 1 >= STREAM_AGAIN && window.EventSource) {
      failures = 0;
      connect();
      return;
    }
    polling = setTimeout(function () { poll(round + 1); }, POLL);
  }
  xhr.open('GET', STREAM + '?wait=0&after=' + encodeURIComponent(cursor));
  xhr.setRequestHeader('Accept', 'application/json');
  xhr.timeout = 20000;
  xhr.onload = function () {
    var lines, i;
    if (xhr.status === 200) {
      lines = JSON.parse(xhr.responseText).lines || [];
      for (i = 0; i < lines.length; i++) { show(lines[i]); }
      found();
    } else { miss(); }
    next();
  };
  xhr.onerror = xhr.ontimeout = function () { miss(); next(); };
  xhr.send();
}

function miss() {
  if (lost) { return; }
  lost = setTimeout(function () {
    if (navigator.onLine === false) { tell('offline', say.words.offline); } else { tell('lost', say.words.reconnecting); }
  }, PATIENCE);
}

function found() {
  clearTimeout(lost);
  lost = null;
  hush('lost');
  hush('offline');
  tries = 0;
  pump();
}
