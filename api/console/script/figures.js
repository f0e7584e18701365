// The diagram of a service with what was counted at its steps. The table below it says the same.
import { Diagram } from './diagram.js';

const canvas = document.getElementById('canvas');

if (canvas) {
  const frame = document.getElementById('diagram');
  frame.hidden = false;
  const diagram = new Diagram(canvas, frame, '', () => {});
  diagram.go = (state) => document.getElementById(`state-${state.name}`)?.scrollIntoView({ block: 'center' });
  diagram.list = () => {};
  diagram.show(JSON.parse(canvas.dataset.diagram));
}
