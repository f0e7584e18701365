// The lines of the conversation, and what is asked now.

function nearEnd() { return log.scrollHeight - log.scrollTop - log.clientHeight < 120; }

function toEnd() { log.scrollTop = log.scrollHeight; newer.hidden = true; atEnd = true; }

function find(name, value) {
  var all = log.querySelectorAll('.line'), i;
  for (i = 0; i < all.length; i++) {
    if (all[i].getAttribute(name) === value) { return all[i]; }
  }
  return null;
}

function place(line) {
  var p = el('p', 'place');
  p.appendChild(el('b', '', say.pin));
  p.appendChild(document.createTextNode(' '));
  p.appendChild(el('small', '', line.location.lat.toFixed(5) + ', ' + line.location.lon.toFixed(5)));
  return p;
}

function pictures(photos) {
  var box = el('div', 'photos'), i, a, img;
  for (i = 0; i < photos.length; i++) {
    a = el('a');
    img = el('img');
    img.alt = say.photo;
    img.onload = function () { if (atEnd) { toEnd(); } };
    img.src = photos[i].thumb;
    if (photos[i].url) { a.href = photos[i].url; }
    a.appendChild(img);
    box.appendChild(a);
  }
  return box;
}

function who(line) {
  if (line.in) { return say.you; }
  return line.author === 'agent' ? line.name || say.agent : say.city;
}

function draw(line) {
  var at = new Date(line.at), li = el('li', 'line fresh ' + (line.in ? 'mine' : 'theirs')), bubble = el('div', 'bubble'), p, time;
  if (!line.in && line.author === 'agent') { li.className += ' staff'; }
  li.appendChild(el('span', 'who', who(line)));
  if (line.photos && line.photos.length) { bubble.appendChild(pictures(line.photos)); }
  if (line.location) { bubble.appendChild(place(line)); }
  if (line.text) {
    p = el('p', '', line.text);
    p.setAttribute('dir', 'auto');
    bubble.appendChild(p);
  }
  time = el('time', '', clock(at));
  time.setAttribute('datetime', line.at);
  bubble.appendChild(time);
  li.appendChild(bubble);
  if (line.id) { li.setAttribute('data-id', line.id); }
  if (line.client) { li.setAttribute('data-client', line.client); }
  li.setAttribute('data-day', dayKey(at));
  return li;
}

// insert puts a line below the others, above those that are not sent yet.
function insert(li, at) {
  var before = log.querySelector('.unsent'), stay = atEnd, mark, span, all;
  if (li.className.indexOf('unsent') >= 0) { before = null; }
  if (empty) { log.removeChild(empty); empty = null; }
  all = log.querySelectorAll('.day');
  if (!all.length || all[all.length - 1].getAttribute('data-day') < dayKey(at)) {
    mark = el('li', 'day');
    mark.setAttribute('data-day', dayKey(at));
    span = el('span', '', dayName(at));
    mark.appendChild(span);
    log.insertBefore(mark, before);
  }
  log.insertBefore(li, before);
  if (stay || li.className.indexOf('mine') >= 0) { toEnd(); } else { newer.hidden = false; }
}

function show(line) {
  var stay = atEnd;
  cursor = line.seq || cursor;
  add(line);
  stand(line);
  if (stay) { toEnd(); }
}

function add(line) {
  var mine, li;
  if (find('data-id', line.id)) { return; }
  if (!line.text && !line.location && !(line.photos && line.photos.length)) { return; }
  mine = line.client && find('data-client', line.client);
  if (mine) { log.removeChild(mine); }
  li = draw(line);
  if (mine) { li.className = li.className.replace(' fresh', ''); }
  insert(li, new Date(line.at));
}

// stand keeps what is asked now: the latest choices and wish that the person
// has not answered.
function stand(line) {
  if (line.in) {
    offer([], '');
  } else if ((line.choices && line.choices.length) || line.wants) {
    offer(line.choices || [], line.wants || '');
  }
}

function hidden(name, value) {
  var i = el('input');
  i.type = 'hidden';
  i.name = name;
  i.value = value;
  return i;
}

function offer(list, wants) {
  var i, form, button;
  choices.textContent = '';
  for (i = 0; i < list.length; i++) {
    form = el('form', 'say');
    form.appendChild(hidden('payload', list[i].payload));
    form.appendChild(hidden('text', list[i].title));
    button = el('button', '', list[i].title);
    button.setAttribute('dir', 'auto');
    form.appendChild(button);
    choices.appendChild(form);
  }
  choices.hidden = !list.length;
  wish(wants);
}

// wish shows the ways to give what the bot hopes for.
function wish(wants) {
  wanted = wants;
  pin.hidden = wants !== 'location' || !navigator.geolocation;
  byId('camera').className = wants === 'photo' ? 'camera wanted' : 'camera';
  text.setAttribute('inputmode', wants === 'phone' ? 'tel' : 'text');
}
