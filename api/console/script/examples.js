// Example sentences are most of a file and seldom what one came for: they are folded away when it opens, each list into a line
// that says how long it is. A click on it, or on the arrow beside it, opens it.
import { codeFolding, foldEffect } from '@codemirror/language';

const few = 8; // sentences that are left open

const depth = (text) => /^ */.exec(text)[0].length;

// lists are where example sentences stand: from the end of "examples: |" to the end of the last of them.
const lists = (doc) => {
  const found = [];
  for (let n = 1; n <= doc.lines; n++) {
    const head = doc.line(n);
    if (!/^ *examples: \|-?\s*$/.test(head.text)) continue;
    let last = n;
    while (last < doc.lines && (doc.line(last + 1).text.trim() === '' || depth(doc.line(last + 1).text) > depth(head.text))) last++;
    while (doc.line(last).text.trim() === '') last--;
    if (last - n > few) found.push({ from: head.to, to: doc.line(last).to });
    n = last;
  }
  return found;
};

// folding shows a folded list as its number of sentences.
export const folding = (form) => codeFolding({
  preparePlaceholder: (state, range) => state.doc.lineAt(range.to).number - state.doc.lineAt(range.from).number,
  placeholderDOM: (view, open, lines) => {
    const button = document.createElement('button');
    Object.assign(button, {
      type: 'button', className: 'bare pill cm-foldPlaceholder', textContent: form.dataset.folded.replace('{n}', lines.toLocaleString(document.documentElement.lang)),
      title: form.dataset.unfold, onclick: open,
    });
    button.setAttribute('aria-label', `${button.textContent}: ${form.dataset.unfold}`);
    return button;
  },
});

// foldExamples is the state with them folded away.
export const foldExamples = (state) => state.update({ effects: lists(state.doc).map((range) => foldEffect.of(range)) }).state;
