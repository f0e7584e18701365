// Sending: one after the other, with the same id until it is safe.

function newId() {
  var s = '', i, bytes;
  if (window.crypto && crypto.getRandomValues && window.Uint8Array) {
    bytes = crypto.getRandomValues(new Uint8Array(12));
    for (i = 0; i < bytes.length; i++) { s += (bytes[i] + 256).toString(16).slice(1); }
    return s;
  }
  for (i = 0; i < 3; i++) { s += Math.random().toString(36).slice(2, 10); }
  return s + new Date().getTime().toString(36);
}

function store() {
  var keep = [], i;
  for (i = 0; i < queue.length && keep.length < KEEP; i++) {
    if (!queue[i].file) { keep.push(queue[i]); }
  }
  try {
    if (keep.length) { localStorage.setItem(UNSENT, JSON.stringify(keep)); } else { localStorage.removeItem(UNSENT); }
  } catch (e) { return; } // private windows have no store; the queue lives as long as the page
}

function restore() {
  var kept = [], i;
  try { kept = JSON.parse(localStorage.getItem(UNSENT)) || []; } catch (e) { kept = []; }
  for (i = 0; i < kept.length; i++) {
    if (kept[i] && kept[i].id && !find('data-client', kept[i].id)) { enqueue(kept[i]); }
  }
  store();
}

function enqueue(item) {
  var line = { in: true, client: item.id, at: item.at || new Date().toISOString(), text: item.text, author: 'contact' }, li;
  item.at = line.at;
  if (item.lat !== undefined) { line.location = { lat: item.lat, lon: item.lon }; }
  if (item.preview) { line.photos = [{ thumb: item.preview }]; }
  if (!item.start) {
    li = draw(line);
    li.className += ' unsent';
    insert(li, new Date(line.at));
    choices.hidden = true;
    pin.hidden = true;
  }
  queue.push(item);
  store();
  mark(item, say.words.sending);
  pump();
}

// mark writes how it stands with a line where its time will be, until the
// record's own line has come.
function mark(item, words) {
  var li = find('data-client', item.id);
  if (li && !li.getAttribute('data-id')) { li.querySelector('time').textContent = words; }
}

function pump() {
  var item = queue[0], xhr;
  if (sending || !item) { return; }
  sending = true;
  xhr = new XMLHttpRequest();
  xhr.open('POST', SEND);
  xhr.setRequestHeader('Accept', 'application/json');
  xhr.timeout = item.file ? 180000 : 30000;
  xhr.onload = function () { answered(item, xhr); };
  xhr.onerror = xhr.ontimeout = function () { later(item, 0); };
  if (item.file) {
    progress(item, xhr);
    xhr.send(upload(item));
  } else {
    xhr.setRequestHeader('Content-Type', 'application/json');
    xhr.send(JSON.stringify({
      id: item.id, text: item.text, payload: item.payload, lat: item.lat, lon: item.lon,
      start: item.start, ref: item.ref, lang: say.lang
    }));
  }
}

function upload(item) {
  var form = new FormData();
  form.append('id', item.id);
  form.append('photo', item.file, 'photo');
  return form;
}

function progress(item, xhr) {
  var li = find('data-client', item.id), bar;
  if (!li || !xhr.upload) { return; }
  bar = li.querySelector('progress');
  if (!bar) {
    bar = el('progress');
    bar.max = 1;
    bar.setAttribute('aria-label', say.words.sending);
    li.querySelector('.bubble').insertBefore(bar, li.querySelector('time'));
  }
  bar.value = 0;
  xhr.upload.onprogress = function (e) { if (e.lengthComputable) { bar.value = e.loaded / e.total; } };
}

function answered(item, xhr) {
  var code = '';
  if (xhr.status >= 200 && xhr.status < 300) { sent(item); return; }
  if (xhr.status === 429 || xhr.status >= 500) {
    if (xhr.status === 429) { tell('slow', say.faults.slow_down); }
    later(item, (+xhr.getResponseHeader('Retry-After') || 0) * 1000);
    return;
  }
  try { code = JSON.parse(xhr.responseText).error.code; } catch (e) { code = ''; }
  if (xhr.status === 413) { code = 'photo_too_big'; }
  drop(item, say.faults[code] || say.faults.trouble);
}

function settle(item) {
  var li = find('data-client', item.id), bar = li && li.querySelector('progress');
  if (bar) { bar.parentNode.removeChild(bar); }
  queue.shift();
  sending = false;
  tries = 0;
  store();
  return li;
}

function sent(item) {
  var li = settle(item);
  if (li) { li.className = li.className.replace(' unsent', ''); }
  mark(item, clock(new Date(item.at)));
  hush('offline');
  hush('slow');
  hush('refused');
  hush('server');
  if (!source && !polling) { connect(); }
  pump();
}

// drop gives a line up that will never be taken, and says why.
function drop(item, words) {
  var li = settle(item);
  if (li) { li.className = li.className.replace(' unsent', ' failed'); }
  mark(item, say.words.not_sent);
  tell('refused', words);
  choices.hidden = !choices.childNodes.length;
  wish(wanted);
  pump();
}

// later keeps a line and tries again, slower each time.
function later(item, wait) {
  sending = false;
  tries++;
  mark(item, say.words.waiting);
  if (navigator.onLine === false) { tell('offline', say.words.offline); }
  setTimeout(pump, Math.max(wait, Math.min(SLOWEST, 1000 * Math.pow(2, tries - 1))));
}
