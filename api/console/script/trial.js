// The trial beside the editor: the forms of the page of its own, sent with the text as it stands in the editor and answered
// with the part of that page.
export class Trial {
  // form is the editor's, panel where the trial is shown, flow says which service the cursor is in.
  constructor(form, panel, flow) {
    Object.assign(this, { form, panel, flow, asked: 0 });
    this.inside = panel.querySelector('.trial');
    panel.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send(event.target, event.submitter);
    });
    panel.addEventListener('change', (event) => {
      const name = event.target.name;
      if (name === 'channel' || name === 'language') this.send(event.target.form, null);
      if (name === 'from') this.send(event.target.form, event.target.form.querySelector('[value=begin]'));
    });
  }

  // open shows the panel, and begins at the service that is being written.
  open() {
    this.panel.hidden = false;
    if (!this.inside.childElementCount) this.begin();
    this.panel.scrollIntoView({ block: 'nearest' });
  }

  begin() {
    const body = new FormData();
    body.set('do', 'begin');
    body.set('channel', 'messenger');
    body.set('from', this.flow());
    this.post(body);
  }

  send(form, button) {
    const body = new FormData(form);
    if (button) body.set(button.name, button.value);
    this.post(body, form.className);
  }

  // post asks with the text of now; an answer that comes late is passed over.
  async post(body, from) {
    for (const name of ['base', 'file', 'text']) body.set(name, this.form.elements[name].value);
    const turn = ++this.asked;
    const answer = await fetch(this.panel.dataset.at, { method: 'POST', body: new URLSearchParams(body), headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer || turn !== this.asked) return;
    if (!answer.ok) {
      this.inside.setAttribute('data-failed', '');
      return;
    }
    this.inside.removeAttribute('data-failed');
    this.inside.innerHTML = await answer.text();
    const thread = this.inside.querySelector('.trial-thread');
    if (thread) thread.scrollTop = thread.scrollHeight;
    const say = this.inside.querySelector('#say');
    if (say && from && from !== 'trial-how') say.focus({ preventScroll: true });
  }
}
