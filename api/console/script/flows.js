// The editor of the services: what is wrong is underlined as one types, what can be written is offered, and the diagram follows.
// Without this script the same form is a plain text area.
import { basicSetup } from 'codemirror';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { indentWithTab } from '@codemirror/commands';
import { syntaxHighlighting } from '@codemirror/language';
import { classHighlighter } from '@lezer/highlight';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Diagram } from './diagram.js';
import { foldExamples, folding } from './examples.js';
import { Help } from './help.js';
import { Trial } from './trial.js';

const quiet = 500; // milliseconds without a key before the server is asked
const form = document.getElementById('draft');
const area = document.getElementById('text');

// place is the offset of a line and a column, both from 1; columns count characters.
const place = (doc, line, col) => {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = Array.from(at.text).slice(0, col - 1).join('');
  return Math.min(at.from + before.length, at.to);
};

// underline is what a fault marks: the word at its place, or the end of the line.
const underline = (doc, fault) => {
  let from = place(doc, fault.line, fault.col);
  const line = doc.lineAt(from);
  const rest = line.text.slice(from - line.from);
  const length = (/^[^\s,:}\]]+/.exec(rest) || [rest])[0].length;
  if (!length && from > line.from) from -= 1;
  return { from, to: Math.max(from + length, Math.min(from + 1, line.to)), severity: fault.warning ? 'warning' : 'error', message: fault.message };
};

// around is the service and the step a line stands in, by the file's indentation.
const around = (doc, number) => {
  let step = '';
  for (let n = number; n > 0; n--) {
    const text = doc.line(n).text;
    const found = /^( +)([a-z0-9_]+):/.exec(text);
    if (/^[a-z_]+:/.test(text)) return {};
    if (!found) continue;
    if (found[1].length === 6 && !step) step = found[2];
    if (found[1].length === 2) return { flow: found[2], step };
  }
  return {};
};

const start = () => {
  let waits = 0;
  let asked = 0;
  const choose = document.getElementById('flow');
  const flow = form.elements.flow;

  const help = new Help(form);
  const explained = document.getElementById('explained');
  const show = (element) => explained.replaceChildren(element);
  const view = new EditorView({
    state: foldExamples(EditorState.create({
      doc: area.value,
      extensions: [
        help.extensions(show), folding(form), basicSetup, syntaxHighlighting(classHighlighter), yaml(), lintGutter(), keymap.of([indentWithTab]), EditorView.lineWrapping, EditorView.cspNonce.of(form.dataset.nonce),
        EditorView.contentAttributes.of({ 'aria-label': document.querySelector('label[for=text]').textContent, spellcheck: 'false', translate: 'no' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            area.value = update.state.doc.toString();
            clearTimeout(waits);
            waits = setTimeout(check, quiet);
          }
          if (update.selectionSet) follow();
        }),
      ],
    })),
  });
  area.hidden = true;
  const ask = document.getElementById('explain');
  ask.addEventListener('click', () => help.explain(view, show));
  ask.hidden = document.getElementById('keys').hidden = false;
  area.after(view.dom);
  view.scrollDOM.tabIndex = 0;

  const jump = (line) => {
    const at = place(view.state.doc, line, 1);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    view.focus();
  };
  const diagram = new Diagram(document.getElementById('canvas'), document.getElementById('diagram'), form.elements.file.value, jump);

  // check asks the server about the text of now; an answer that comes late is passed over.
  const check = async () => {
    const turn = ++asked;
    const answer = await fetch(form.dataset.check, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (!answer || !answer.ok || turn !== asked) return;
    const told = await answer.json();
    view.dispatch(setDiagnostics(view.state, told.faults.map((fault) => underline(view.state.doc, fault))));
    const summary = document.getElementById('summary');
    summary.textContent = told.summary;
    summary.classList.toggle('bad', told.others > 0 || told.faults.some((fault) => !fault.warning));
    list(told.faults);
    diagram.show(told.diagram);
    follow();
  };

  // reference is a link to what the reference says of a key.
  const reference = (path) => {
    const link = document.createElement('a');
    Object.assign(link, { href: path, target: '_blank', className: 'soft', textContent: form.dataset.reference });
    return link;
  };

  const list = (faults) => {
    const items = faults.map((fault) => {
      const item = document.createElement('li');
      const link = document.createElement('button');
      link.type = 'button';
      link.className = `bare pill ${fault.warning ? 'warn' : 'bad'}`;
      link.textContent = `${fault.file}:${fault.line}`;
      link.addEventListener('click', () => jump(fault.line));
      const message = document.createElement('span');
      if (fault.lang) message.lang = fault.lang;
      message.textContent = ` ${fault.message}`;
      item.append(link, message);
      if (fault.reference) item.append(' ', reference(fault.reference));
      return item;
    });
    const found = document.createElement('ul');
    found.className = 'fault-list';
    found.append(...items);
    document.getElementById('faults').replaceChildren(...(items.length ? [found] : []));
  };

  // follow marks the step the cursor is in, and asks for the diagram of its service.
  const follow = () => {
    const here = around(view.state.doc, view.state.doc.lineAt(view.state.selection.main.head).number);
    if (here.flow && here.flow !== flow.value && choose && [...choose.options].some((o) => o.value === here.flow)) {
      choose.value = flow.value = here.flow;
      clearTimeout(waits);
      waits = setTimeout(check, quiet);
    }
    diagram.mark(here.flow === diagram.flow ? here.step : '');
  };

  if (choose) {
    choose.form.querySelector('button').hidden = true;
    choose.addEventListener('change', async () => {
      flow.value = choose.value;
      await check();
      diagram.first();
    });
  }
  const trial = new Trial(form, document.getElementById('trial'), () => flow.value);
  form.querySelector('button[value=try]').addEventListener('click', (event) => {
    event.preventDefault();
    trial.open();
  });
  check().then(() => {
    if (new URLSearchParams(location.search).has('flow')) diagram.first();
  });
  window.addEventListener('beforeunload', (event) => {
    if (view.state.doc.toString() !== area.defaultValue && !form.dataset.sent) event.preventDefault();
  });
};

if (form && area) start();
