// What can be written where the cursor is, and what stands there: the server answers both, from the text as it is.
import { autocompletion, pickedCompletion, snippet } from '@codemirror/autocomplete';
import { hoverTooltip, keymap } from '@codemirror/view';

const wordBefore = /[a-z0-9_]*$/;

// spot is a place as the server counts: lines and columns from 1, columns in characters.
const spot = (doc, pos) => {
  const line = doc.lineAt(pos);
  return { line: line.number, col: Array.from(line.text.slice(0, pos - line.from)).length + 1 };
};

// told is an explanation as elements.
const told = (form, answer) => {
  const box = document.createElement('div');
  box.className = 'explanation';
  const title = document.createElement('strong');
  title.textContent = answer.title;
  title.setAttribute('translate', 'no');
  const help = document.createElement('p');
  help.append(title, ` ${answer.help}`);
  box.append(help);
  if (answer.line) help.append(` (${form.dataset.line.replace('{n}', answer.line)})`);
  if (answer.yaml) {
    const example = document.createElement('pre');
    example.className = 'yaml';
    example.setAttribute('translate', 'no');
    example.textContent = answer.yaml;
    box.append(example);
  }
  if (answer.reference) {
    const link = document.createElement('a');
    Object.assign(link, { href: answer.reference, target: '_blank', textContent: form.dataset.reference });
    box.append(link);
  }
  return box;
};

export class Help {
  // form is the editor's; its fields hold the text as it is, as soon as the editor has changed.
  constructor(form) {
    this.form = form;
  }

  async ask(where, doc, pos) {
    const body = new URLSearchParams(new FormData(this.form));
    body.set('text', doc.toString());
    for (const [name, value] of Object.entries(spot(doc, pos))) body.set(name, value);
    const answer = await fetch(where, { method: 'POST', body }).catch(() => null);
    return answer && answer.ok ? answer.json() : null;
  }

  // options are what can be written at the cursor: asked for with Ctrl+Space, or by typing a word or a space behind a colon.
  async options(context) {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (!context.explicit && !wordBefore.exec(before)[0] && !/(: |[{,] ?|- )$/.test(before)) return null;
    const answer = await this.ask(this.form.dataset.complete, context.state.doc, context.pos);
    if (!answer || !answer.options.length) return null;
    const from = line.from + Array.from(line.text).slice(0, answer.from - 1).join('').length;
    return { from, validFor: /^[a-z0-9_]*$/, options: answer.options.map((o, i) => ({
      label: o.label, detail: o.help, type: { key: 'property', value: 'enum', name: 'variable' }[o.kind], boost: -i / 10, apply: this.apply(o.insert),
    })) };
  }

  // apply writes what was chosen; where a text is to be filled in, the cursor goes from gap to gap.
  apply(insert) {
    if (/: [,}]/.test(insert)) return snippet(insert.replace(/[{}]/g, '\\$&').replace(/: (?=,|\\})/g, ': ${}'));
    return (view, option, from, to) => {
      const rest = view.state.doc.lineAt(to).text.slice(to - view.state.doc.lineAt(to).from);
      const text = /:\s*$/.test(insert) && /^[a-z0-9_]*\s*:/.test(rest) ? option.label : insert;
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, annotations: pickedCompletion.of(option), scrollIntoView: true });
    };
  }

  // extensions are the parts of the editor; show is called with what stands at the cursor when somebody asks.
  extensions(show) {
    return [
      autocompletion({ override: [(context) => this.options(context)], activateOnTypingDelay: 150, closeOnBlur: true }),
      hoverTooltip(async (view, pos) => {
        const answer = await this.ask(this.form.dataset.explain, view.state.doc, pos);
        return answer && answer.help ? { pos, above: true, create: () => ({ dom: told(this.form, answer) }) } : null;
      }, { hoverTime: 500 }),
      keymap.of([{ key: 'F1', preventDefault: true, run: (view) => { this.explain(view, show); return true; } }]),
    ];
  }

  // explain shows what stands at the cursor.
  async explain(view, show) {
    const answer = await this.ask(this.form.dataset.explain, view.state.doc, view.state.selection.main.head);
    if (answer && answer.help) return show(told(this.form, answer));
    const none = document.createElement('p');
    none.textContent = this.form.dataset.none;
    show(none);
  }
}
