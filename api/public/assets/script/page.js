// The page itself: its parts, and what a finger or a key does to them. The
// files of this folder are served as one script, this one last.

function grow() {
  text.style.height = 'auto';
  text.style.height = Math.min(160, text.scrollHeight + 2) + 'px';
}

function write() {
  var words = text.value.replace(/^\s+|\s+$/g, '');
  if (!words) { text.focus(); return; }
  text.value = '';
  grow();
  hush('refused');
  hush('pin');
  enqueue({ id: newId(), text: words });
  text.focus();
}

function listen() {
  byId('composer').addEventListener('submit', function (e) { e.preventDefault(); write(); });
  text.addEventListener('input', grow);
  text.addEventListener('keydown', function (e) {
    // 229: a keyboard that is still composing a letter
    if (e.keyCode === 13 && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); write(); }
  });
  chat.addEventListener('submit', function (e) {
    var form = e.target, payload;
    if (form.className !== 'say') { return; }
    e.preventDefault();
    payload = form.querySelector('[name=payload]');
    enqueue({ id: newId(), text: form.querySelector('[name=text]').value, payload: payload ? payload.value : undefined });
  });
  photo.addEventListener('change', function () {
    var files = Array.prototype.slice.call(photo.files || []);
    hush('refused');
    if (files.length > PHOTOS) { tell('refused', say.faults.too_many_photos); files = files.slice(0, PHOTOS); }
    addPhotos(files);
    photo.value = '';
  });
  pin.addEventListener('click', locate);
  newer.addEventListener('click', toEnd);
  log.addEventListener('scroll', function () {
    atEnd = nearEnd();
    if (atEnd) { newer.hidden = true; }
  });
  // a keyboard that opens must not hide the newest line
  window.addEventListener('resize', function () { if (atEnd) { toEnd(); } });
  // a switch in the middle of a dialogue is said to the bot, in its own word
  byId('language').addEventListener('click', function () {
    if (chat.getAttribute('data-empty') === 'no' || !empty) { enqueue({ id: newId(), text: this.textContent }); }
  });
  window.addEventListener('online', function () { hush('offline'); tries = 0; pump(); });
  window.addEventListener('offline', function () { tell('offline', say.words.offline); });
  window.addEventListener('pagehide', function () { if (source) { source.close(); source = null; } });
  window.addEventListener('pageshow', function (e) { if (e.persisted) { connect(); } });
}

function begin() {
  var ref = chat.getAttribute('data-ref');
  document.documentElement.className = document.documentElement.className.replace('plain', 'live');
  text.setAttribute('autocapitalize', 'sentences');
  if (!notice.hidden) { noticed = 'server'; }
  if (navigator.cookieEnabled === false) { tell('cookies', say.words.no_cookies); }
  wish(wanted);
  listen();
  toEnd();
  // the page became shorter just now: go again to where its address points
  if (location.hash === '#track') { byId('track').scrollIntoView(); }
  restore();
  if (ref) {
    enqueue({ id: 'start-' + chat.getAttribute('data-post'), start: true, ref: ref });
  } else if (chat.getAttribute('data-empty') === 'yes') {
    enqueue({ id: 'start', start: true });
  }
  // what was asked for once must not be asked again by a reload
  if (window.history && history.replaceState && /[?&](ref|fault|lang)=/.test(location.search)) {
    history.replaceState(null, '', '/' + location.hash);
  }
  connect();
}

begin();
