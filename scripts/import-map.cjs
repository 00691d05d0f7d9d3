// The import map: who may import whom. Enforced by .dependency-cruiser.cjs; ARCHITECTURE.md's diagram is printed from it.

/** @type {Record<string, string[]>} folder → folders it may import, besides itself */
module.exports = {
  base: [],
  wire: ['base'],
  scsi: ['base'],
  block: ['base'],
  engine: ['base'],
  trace: ['base'],
  login: ['base', 'wire'],
  connection: ['base', 'wire', 'login', 'engine'],
  session: ['base', 'wire', 'connection'],
  discovery: ['base', 'wire', 'session'],
  disk: ['base', 'scsi', 'block', 'session'],
  devices: ['base', 'block', 'disk'],
  adapter: ['base', 'scsi', 'block', 'session', 'discovery', 'disk', 'devices', 'engine'],
  target: ['base', 'wire', 'scsi', 'block'],
  cli: ['base', 'adapter', 'block', 'devices', 'discovery', 'disk', 'session', 'target', 'trace'],
};
