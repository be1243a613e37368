// The import table of docs/DESIGN.md: imports go to a lower rank or stay in the room.
const ranks = [
  { rank: 0, path: '^protocol/' },
  { rank: 1, path: '^firmware/(?!board/|main\\.ts$)' },
  { rank: 1, path: '^gateway/(core|map|scoring|tariffs)/' },
  { rank: 2, path: '^simulator/(?!live\\.ts$)' },
  { rank: 3, path: '^(firmware/board|gateway/edge)/' },
  { rank: 4, path: '^(gateway/main|firmware/main|simulator/live)\\.ts$' },
  { rank: 5, path: '^(scripts|test)/' },
];

const upward = ranks.flatMap((from) =>
  ranks
    .filter((to) => to.rank > from.rank)
    .map((to) => ({
      name: `rank-${from.rank}-to-${to.rank}`,
      severity: 'error',
      comment: `rank ${from.rank} must not import rank ${to.rank}`,
      from: { path: from.path },
      to: { path: to.path },
    })),
);

// What a pure room may take from npm. Nothing here touches a clock, a socket or a file.
const purePackages = [
  { path: '^protocol/', packages: ['cbor-x', 'cborg', '@noble/ed25519', '@noble/hashes'] },
  { path: '^firmware/(?!board/|main\\.ts$)', packages: [] },
  { path: '^gateway/core/', packages: [] },
  { path: '^gateway/map/', packages: [] },
  { path: '^gateway/scoring/', packages: ['moment-timezone', '@photostructure/tz-lookup'] },
  { path: '^gateway/tariffs/', packages: ['moment-timezone'] },
  {
    path: '^simulator/(?!live\\.ts$)',
    packages: ['saxes', 'ngraph.graph', 'ngraph.path', 'moment-timezone', '@photostructure/tz-lookup'],
  },
];

const pureOnly = purePackages.flatMap((room) => [
  {
    name: 'pure-room-no-node',
    severity: 'error',
    comment: 'time, randomness and I/O are arguments or ports in a pure room',
    from: { path: room.path },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'pure-room-packages',
    severity: 'error',
    comment: `only ${room.packages.join(', ') || 'no package'} may be imported here`,
    from: { path: room.path },
    to: {
      path: 'node_modules',
      pathNot: room.packages.map((name) => `node_modules/${name}/`),
    },
  },
]);

module.exports = {
  forbidden: [
    ...upward,
    ...pureOnly,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'firmware-not-gateway', severity: 'error', from: { path: '^firmware/' }, to: { path: '^gateway/' } },
    { name: 'gateway-not-firmware', severity: 'error', from: { path: '^gateway/' }, to: { path: '^firmware/' } },
    {
      name: 'world-not-gateway',
      severity: 'error',
      comment: "the world drives on its own truth, never on the gateway's map of it",
      from: { path: '^simulator/(?!live\\.ts$)' },
      to: { path: '^gateway/' },
    },
    { name: 'no-barrels', severity: 'error', from: {}, to: { path: '(^|/)index\\.ts$', pathNot: 'node_modules' } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
