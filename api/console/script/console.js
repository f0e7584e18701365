// What script adds to the console. Every page works without it.
import './htmx.js';
import 'htmx-ext-sse';

// Menus close when one clicks elsewhere, with Escape, or when another opens.
const menus = () => document.querySelectorAll('details.menu[open]');

document.addEventListener('click', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || form.hasAttribute('hx-post')) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// What is wrong is what to look at first.
const fault = document.querySelector('[aria-invalid]');
if (fault) fault.focus();

// Ctrl+Enter sends what is written.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest('form[data-quick]');
  if (form) form.requestSubmit();
});

// A list is narrowed to what holds the words that one types.
const narrow = (box) => {
  const list = document.getElementById(box.dataset.narrow);
  const none = list.parentElement.querySelector('[data-none]');
  box.addEventListener('input', () => {
    const words = box.value.normalize('NFC').toLowerCase().split(/\s+/);
    let left = 0;
    for (const line of list.children) {
      const text = `${line.textContent} ${line.dataset.also || ''}`.normalize('NFC').toLowerCase();
      line.hidden = !words.every((word) => text.includes(word));
      if (!line.hidden) left++;
    }
    none.hidden = left > 0;
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault(); // it would send the form
  });
};

// What is being written is kept on the server while one types.
const keepDraft = (form) => {
  let timer;
  const written = form.elements.text;
  written.setSelectionRange(written.value.length, written.value.length); // one goes on where one stopped
  const keep = (sending) => {
    clearTimeout(timer);
    timer = undefined;
    if (form.dataset.sent || !form.isConnected) return;
    const body = new URLSearchParams({ text: written.value, key: form.elements.key.value });
    if (sending) navigator.sendBeacon(form.dataset.draft, body);
    else fetch(form.dataset.draft, { method: 'POST', body }).catch(() => {});
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(false), 600);
  });
  form.addEventListener('submit', () => clearTimeout(timer));
  window.addEventListener('pagehide', () => timer !== undefined && keep(true));
};

// Wards are chosen on a map as in the list beside it.
const pick = (map) => {
  const list = document.getElementById(map.dataset.pick);
  const count = document.querySelector('[data-picked]');
  const digits = new Intl.NumberFormat(document.documentElement.lang);
  const box = (shape) => list.querySelector(`input[value="${shape.dataset.ward}"]`);
  const paint = () => {
    for (const shape of map.querySelectorAll('[data-ward]')) shape.classList.toggle('picked', box(shape).checked);
    count.textContent = digits.format(list.querySelectorAll(':checked').length);
  };
  map.addEventListener('click', (event) => {
    const shape = event.target.closest('[data-ward]');
    if (!shape) return;
    box(shape).checked = !box(shape).checked;
    paint();
  });
  list.addEventListener('change', paint);
  paint(); // a browser that comes back keeps what was ticked
};

// What script adds to the forms of a part of the page.
const begin = (part) => {
  for (const hint of part.querySelectorAll('[data-scripted]')) hint.hidden = false;
  part.querySelectorAll('[data-narrow]').forEach(narrow);
  part.querySelectorAll('form[data-draft]').forEach(keepDraft);
  part.querySelectorAll('[data-pick]').forEach(pick);
};
begin(document);

// Photos open large on the page they are on, one after the other, and can be turned. Without script they are links.
const viewer = document.getElementById('viewer');
if (viewer) {
  const picture = viewer.querySelector('img');
  const count = viewer.querySelector('[data-count]');
  const digits = new Intl.NumberFormat(document.documentElement.lang);
  const shots = () => [...document.querySelectorAll('.thumbs a')];
  let at = 0;
  let turns = 0;
  const turn = (to) => {
    turns = to % 4;
    picture.dataset.turns = turns;
  };
  const show = (to) => {
    const all = shots();
    if (all.length === 0) return;
    at = (to + all.length) % all.length;
    turn(0);
    picture.src = all[at].href;
    picture.alt = all[at].querySelector('img').alt;
    count.textContent = `${digits.format(at + 1)} / ${digits.format(all.length)}`;
    for (const b of viewer.querySelectorAll('[data-step]')) b.hidden = all.length < 2;
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.thumbs a');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(shots().indexOf(link));
    viewer.showModal();
    viewer.querySelector('[data-close]').focus();
  });
  viewer.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (event.target === viewer || (button && 'close' in button.dataset)) viewer.close();
    else if (button && button.dataset.step) show(at + Number(button.dataset.step));
    else if (button && 'turn' in button.dataset) turn(turns + 1);
  });
  viewer.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowRight') show(at + 1);
    else if (event.key === 'ArrowLeft') show(at - 1);
  });
  viewer.addEventListener('close', () => picture.removeAttribute('src'));
}

// A thread that is fetched anew changes where it is another, so that a screen
// reader says only what is new and the place where one reads stays.
document.addEventListener('htmx:beforeSwap', (event) => {
  const thread = event.detail.target;
  if (thread.id !== 'thread' || event.detail.xhr.status !== 200) return;
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, 'text/html');
  const lines = page.querySelector('.lines');
  if (!lines) return;
  event.detail.shouldSwap = false;
  page.querySelectorAll('[data-follows]').forEach(follow);
  const list = thread.querySelector('.bubbles');
  const fresh = lines.querySelector('.bubbles');
  if (!list || !fresh) {
    thread.replaceChildren(lines);
    return;
  }
  const kept = new Set();
  for (const line of [...fresh.children]) {
    const old = document.getElementById(line.id);
    kept.add(line.id);
    if (!old) list.append(line);
    else if (!old.isEqualNode(line)) old.replaceWith(line);
  }
  for (const line of [...list.children]) if (!kept.has(line.id)) line.remove();
});

// The forms of a conversation follow when it changes hands. What was typed stays in the form, or is shown if there is none now.
function follow(part) {
  const old = document.getElementById(part.id);
  if (!old) return;
  const typed = old.querySelector('#text')?.value || old.querySelector('[data-kept]:not([hidden]) .said')?.textContent || '';
  const focused = old.contains(document.activeElement);
  old.replaceWith(part);
  begin(part);
  const box = part.querySelector('#text');
  const kept = part.querySelector('[data-kept]');
  if (box && typed) box.value = typed;
  else if (kept && typed) {
    kept.querySelector('.said').textContent = typed;
    kept.hidden = false;
  }
  if (focused) (box || document.getElementById('thread')).focus();
}

// The wall says when its figures are old: at once when they cannot be fetched, and when nothing has come for a while. It
// goes on trying, and is as before when they come.
const lost = document.getElementById('wall-lost');
if (lost) {
  const patience = 40000;
  let last = Date.now();
  let failing = false;
  const clock = () => (document.getElementById('wall-clock') || {}).textContent || '';
  let since = clock();
  const look = () => {
    const old = failing || Date.now() - last > patience;
    lost.hidden = !old;
    lost.querySelector('[data-since]').textContent = since;
    document.body.classList.toggle('stale', old);
  };
  document.addEventListener('htmx:afterRequest', (event) => {
    if (!event.detail.target || event.detail.target.id !== 'wall') return;
    failing = !event.detail.successful;
    if (!failing) last = Date.now();
    look();
  });
  document.addEventListener('htmx:afterSwap', () => {
    since = clock() || since;
  });
  setInterval(look, 5000);
}
