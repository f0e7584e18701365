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
for (const hint of document.querySelectorAll('[data-scripted]')) hint.hidden = false;
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest('form[data-quick]');
  if (form) form.requestSubmit();
});

// What is being written is kept on the server while one types.
for (const form of document.querySelectorAll('form[data-draft]')) {
  let timer;
  const written = form.elements.text;
  written.setSelectionRange(written.value.length, written.value.length); // one goes on where one stopped
  const keep = (sending) => {
    clearTimeout(timer);
    timer = undefined;
    if (form.dataset.sent) return;
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
}

// A thread that is fetched anew changes where it is another, so that a screen
// reader says only what is new and the place where one reads stays.
document.addEventListener('htmx:beforeSwap', (event) => {
  const thread = event.detail.target;
  const list = thread.id === 'thread' && thread.querySelector('.bubbles');
  const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, 'text/html').querySelector('.bubbles');
  if (!list || !fresh || event.detail.xhr.status !== 200) return;
  event.detail.shouldSwap = false;
  const kept = new Set();
  for (const line of [...fresh.children]) {
    const old = document.getElementById(line.id);
    kept.add(line.id);
    if (!old) list.append(line);
    else if (!old.isEqualNode(line)) old.replaceWith(line);
  }
  for (const line of [...list.children]) if (!kept.has(line.id)) line.remove();
});
