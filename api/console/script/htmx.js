// htmx as a global: the extension for server-sent events looks for it there.
import htmx from 'htmx.org';

window.htmx = htmx;
