// Enforces the import map and the rules that go with it. The map is the architecture.

const map = require('./scripts/import-map.cjs');

/** Folders that may touch sockets or files. */
const io = ['engine', 'block', 'target', 'trace', 'store', 'control', 'wmi', 'bin'];

const layers = Object.entries(map).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `${folder} may import: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'front-door-only',
      comment: 'From outside, a folder is its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'io-only-where-allowed',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${io.join('|')})/` },
      to: { path: '^(node:)?(net|tls|dgram|fs|fs/promises|http|https|child_process)$' },
    },
    {
      name: 'public-exports-only',
      comment: 'Integration and interop tests and examples use the package as a user does.',
      severity: 'error',
      from: { path: '^(?:test/(?:integration|interop|leak)|examples)/' },
      to: { path: '^src/', pathNot: ['^src/index[.]ts$', '^src/[^/]+/index[.]ts$'] },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
    },
  },
};
