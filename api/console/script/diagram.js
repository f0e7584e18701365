// The diagram of a service: boxes for its steps, arrows for the ways between them. Its words stand beside it as a list, for
// those who do not see it.
import dagre from '@dagrejs/dagre';

const NS = 'http://www.w3.org/2000/svg';
const box = { width: 190, height: 66 };
const counted = 18; // pixels more for a box with figures
const zooms = [0.5, 0.65, 0.8, 1, 1.25, 1.5];

const make = (name, attributes, ...inside) => {
  const e = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...inside);
  return e;
};

const short = (text, most) => {
  const letters = Array.from(text);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
};

// curve goes through the points of an edge, round at the bends.
const curve = (points) => {
  let d = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const middle = { x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2 };
    const end = i === points.length - 2 ? points[i + 1] : middle;
    d += `Q${points[i].x},${points[i].y} ${end.x},${end.y}`;
  }
  return points.length === 2 ? `${d}L${points[1].x},${points[1].y}` : d;
};

export class Diagram {
  constructor(canvas, frame, file, jump) {
    Object.assign(this, { canvas, frame, file, jump, zoom: 2, boxes: new Map(), drawn: '' });
    this.stale = document.createElement('p');
    this.stale.className = 'hint';
    this.stale.textContent = frame.dataset.again;
    this.stale.hidden = true;
    const bar = document.createElement('div');
    bar.className = 'acts zoom';
    for (const [sign, step] of [['−', -1], ['+', 1]]) {
      const b = document.createElement('button');
      Object.assign(b, { type: 'button', className: 'quiet small', textContent: sign });
      b.setAttribute('aria-label', step < 0 ? frame.dataset.smaller : frame.dataset.larger);
      b.addEventListener('click', () => {
        this.zoom = Math.min(Math.max(this.zoom + step, 0), zooms.length - 1);
        this.size();
      });
      bar.append(b);
    }
    canvas.before(this.stale, bar);
  }

  // show draws a diagram; without one the last stays and is said to be old.
  show(told) {
    this.stale.hidden = Boolean(told) || !this.told;
    if (!told) return;
    this.told = told;
    this.flow = told.flow;
    const drawn = JSON.stringify(told);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.draw(told);
    this.list(told);
  }

  draw({ states, moves }) {
    const g = new dagre.graphlib.Graph();
    g.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 38, edgesep: 14, marginx: 12, marginy: 12 });
    for (const s of states) g.setNode(s.name, { width: box.width, height: this.height(s) });
    const ways = new Map();
    for (const m of moves) {
      const key = JSON.stringify([m.from, m.to]);
      const way = ways.get(key) || { events: [], people: 0 };
      way.events.push(m.event);
      way.people = Math.max(way.people, m.people || 0);
      ways.set(key, way);
    }
    const most = Math.max(1, ...[...ways.values()].map((way) => way.people));
    for (const [key, { events, people }] of ways) {
      const [from, to] = JSON.parse(key);
      const label = short(events.join(' / '), 30);
      g.setEdge(from, to, { label, thick: people ? 1 + 5 * (people / most) : 0, width: 7 * Array.from(label).length + 8, height: 18, labelpos: 'c' });
    }
    dagre.layout(g);
    const { width, height } = g.graph();
    const arrow = make('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 13, markerHeight: 13, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' }, make('path', { d: 'M0,0L8,4L0,8z', class: 'arrow' }));
    this.svg = make('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', class: 'drawing' }, make('defs', {}, arrow));
    this.natural = { width, height };
    const labels = [];
    for (const e of g.edges()) {
      const edge = g.edge(e);
      const way = make('path', { d: curve(edge.points), class: 'way', 'marker-end': 'url(#arrow)' });
      if (edge.thick) way.style.strokeWidth = edge.thick.toFixed(1);
      this.svg.append(way);
      labels.push(make('text', { x: edge.x, y: edge.y + 4, class: 'event' }, edge.label));
    }
    this.svg.append(...labels);
    this.boxes = new Map();
    for (const s of states) this.svg.append(this.box(s, g.node(s.name)));
    this.canvas.replaceChildren(this.svg);
    this.canvas.hidden = false;
    this.size();
  }

  height(state) {
    return box.height + (state.figures ? counted : 0);
  }

  box(state, at) {
    const height = this.height(state);
    const g = make('g', { transform: `translate(${at.x - box.width / 2},${at.y - height / 2})`, class: `step ${state.kind}` },
      make('title', {}, `${state.name}: ${state.what}${state.text ? ` – ${state.text}` : ''}`),
      make('rect', { width: box.width, height, rx: state.kind === 'end' ? 33 : 9 }),
      make('text', { x: 12, y: 20, class: 'name' }, short(state.name, 22)),
      make('text', { x: 12, y: 37, class: 'kind' }, state.what),
      make('text', { x: 12, y: 55, class: 'said' }, short(state.text, 27)),
      ...(state.figures ? [make('text', { x: 12, y: 74, class: 'figures' }, state.figures)] : []));
    g.addEventListener('click', () => this.go(state));
    this.boxes.set(state.name, g);
    return g;
  }

  go(state) {
    if (state.file === this.file) this.jump(state.line);
  }

  first() {
    if (this.told && this.told.states.length) this.go(this.told.states[0]);
  }

  mark(name) {
    for (const [step, g] of this.boxes) g.classList.toggle('here', step === name);
    const g = this.boxes.get(name);
    if (!g || name === this.marked) return;
    this.marked = name;
    const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(g.getAttribute('transform'));
    const scale = zooms[this.zoom];
    this.canvas.scrollTo({ left: x * scale - this.canvas.clientWidth / 2 + 60, top: y * scale - this.canvas.clientHeight / 2 });
  }

  size() {
    if (!this.svg) return;
    this.svg.setAttribute('width', Math.ceil(this.natural.width * zooms[this.zoom]));
    this.svg.setAttribute('height', Math.ceil(this.natural.height * zooms[this.zoom]));
  }

  // list writes the same in words; each step is a button that leads to its lines.
  list({ states, moves }) {
    const items = states.map((s) => {
      const item = document.createElement('li');
      const name = document.createElement('button');
      Object.assign(name, { type: 'button', className: 'bare link', textContent: s.name });
      name.setAttribute('translate', 'no');
      name.addEventListener('click', () => this.go(s));
      const ways = document.createElement('ul');
      for (const m of moves.filter((way) => way.from === s.name)) {
        const way = document.createElement('li');
        way.textContent = `${m.event} → ${m.to}`;
        ways.append(way);
      }
      item.append(name, ` ${s.what}`, ...(s.text ? [document.createElement('br'), s.text] : []), ways);
      return item;
    });
    document.getElementById('steps').replaceChildren(...items);
  }
}
