// The arrows of the architecture: main → controller → reconcile → {plan, report} → {edit, api}. A layer knows only those
// below it; `kube` implements the port of reconcile. A type import is an arrow too.
const PURE_CORE_MODULES = '^(node:)?(crypto|path|buffer)(/|$)';

/** Nobody in `from` may import from a folder `among` these that is not named. */
function layer({ name, from, mayImport, among = '^src/' }) {
  return {
    name,
    severity: 'error',
    from: { path: from },
    to: { path: among, pathNot: [from, ...mayImport] },
  };
}

const OURS = '^(src|test|testbed|bench|crds|deploy)/';

/** Every folder of src, and the files beside them but main and what is loaded before it. */
const LAYERS = [
  layer({ name: 'api-knows-nobody', from: '^src/api/', mayImport: [] }),
  layer({ name: 'edit-knows-nobody', from: '^src/edit/', mayImport: [] }),
  layer({ name: 'plan-knows-edit-and-api', from: '^src/plan/', mayImport: ['^src/edit/', '^src/api/'] }),
  layer({
    name: 'report-knows-plan',
    from: '^src/report/',
    mayImport: ['^src/plan/', '^src/edit/', '^src/api/'],
  }),
  // Through its port only, never through kube.
  layer({
    name: 'reconcile-knows-plan-and-report',
    from: '^src/reconcile/',
    mayImport: ['^src/plan/', '^src/report/', '^src/api/'],
  }),
  // The port and what its types are made of.
  layer({
    name: 'kube-implements-the-port',
    from: '^src/kube/',
    mayImport: ['^src/reconcile/(cluster|context)[.]ts$', '^src/plan/model/', '^src/api/'],
  }),
  layer({
    name: 'telemetry-knows-words-only',
    from: '^src/telemetry/',
    mayImport: ['^src/reconcile/context[.]ts$', '^src/settings[.]ts$', '^src/api/'],
  }),
  layer({
    name: 'controller-knows-reconcile-and-kube',
    from: '^src/controller/',
    mayImport: ['^src/reconcile/', '^src/kube/', '^src/telemetry/', '^src/settings[.]ts$', '^src/api/'],
  }),
  layer({ name: 'settings-know-nobody', from: '^src/setting(s|-values)[.]ts$', mayImport: [] }),
  layer({
    name: 'cli-needs-no-cluster',
    from: '^src/cli/',
    mayImport: ['^src/plan/', '^src/edit/', '^src/report/', '^src/api/', '^src/settings[.]ts$'],
  }),
];

/** What serves the product imports no more of it than it needs. */
const SERVANTS = [
  layer({
    name: 'testbed-knows-itself-only',
    from: '^testbed/(?!demo/)',
    mayImport: ['^testbed/'],
    among: OURS,
  }),
  layer({
    name: 'demo-knows-testbed',
    from: '^testbed/demo/',
    mayImport: ['^testbed/', '^src/cli/'],
    among: OURS,
  }),
  layer({
    name: 'bench-measures-few-parts',
    from: '^bench/',
    mayImport: ['^testbed/', '^test/support/', '^deploy/', '^src/edit/', '^src/plan/model/', '^src/api/'],
    among: OURS,
  }),
];

/**
 * The rooms of a folder, each with the rooms that it may import. A room that is not named here may import none, and no
 * room imports a file that lies beside the rooms: those compose them.
 */
export const ROOMS = {
  'src/plan': {
    model: [],
    kubernetes: ['model'],
    'istio-proxy': ['model', 'kubernetes'],
    drift: ['model', 'kubernetes'],
    certificates: ['model', 'kubernetes', 'istio-proxy'],
    'stale-secrets': ['model', 'kubernetes'],
    workload: ['model', 'kubernetes', 'istio-proxy'],
    'mesh-policy': ['model', 'kubernetes', 'istio-proxy'],
    config: ['model', 'kubernetes', 'stale-secrets'],
    injection: ['model', 'kubernetes', 'istio-proxy', 'workload'],
    'pod-security': ['model', 'kubernetes', 'workload'],
    'hand-wiring': ['model', 'kubernetes', 'istio-proxy', 'workload'],
    verification: ['model', 'kubernetes', 'config'],
    undo: ['model', 'kubernetes', 'config', 'mesh-policy', 'stale-secrets', 'verification', 'workload'],
  },
  'src/kube': {
    clock: [],
    http: ['clock'],
    informers: ['clock', 'http'],
    pods: ['http'],
    requests: ['clock', 'http', 'informers'],
  },
  'src/edit': {
    text: [],
    'prometheus-yaml': ['text'],
    'proxy-config': ['text'],
    'user-volume-mount': ['text'],
  },
  testbed: {
    api: [],
    programs: [],
    'control-plane': ['api', 'programs'],
    'stand-ins': ['api', 'programs', 'control-plane'],
    mesh: ['api', 'programs', 'control-plane'],
    demo: ['api', 'programs', 'control-plane', 'stand-ins', 'mesh'],
  },
};

function roomRules() {
  return Object.entries(ROOMS).flatMap(([folder, rooms]) =>
    Object.entries(rooms).map(([room, mayImport]) => ({
      name: `room-${folder.replaceAll('/', '-')}-${room}`,
      severity: 'error',
      from: { path: `^${folder}/${room}/` },
      to: { path: `^${folder}/`, pathNot: [room, ...mayImport].map((name) => `^${folder}/${name}/`) },
    })),
  );
}

/** Every folder below that holds source is a room with a rule. */
function noRoomWithoutRule() {
  return Object.entries(ROOMS).map(([folder, rooms]) => ({
    name: `room-without-rule-${folder.replaceAll('/', '-')}`,
    severity: 'error',
    from: { path: `^${folder}/[^/]+/`, pathNot: Object.keys(rooms).map((room) => `^${folder}/${room}/`) },
    to: {},
  }));
}

export default {
  forbidden: [
    ...LAYERS,
    {
      name: 'layer-without-rule',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(main[.]ts|preflight[.]mjs)$', ...LAYERS.map(({ from }) => from.path)],
      },
      to: {},
    },
    ...SERVANTS,
    ...roomRules(),
    ...noRoomWithoutRule(),
    {
      name: 'nobody-imports-main',
      comment: 'main wires; only the process starts it.',
      severity: 'error',
      from: {},
      to: { path: '^src/main[.]ts$' },
    },
    {
      name: 'pure-does-no-io',
      comment: 'plan, edit, report, api and settings import no module of Node that reads or writes anything.',
      severity: 'error',
      from: {
        path: '^src/(plan|edit|report|api)/|^src/setting(s|-values)[.]ts$|^src/controller/triggers[.]ts$',
      },
      to: { dependencyTypes: ['core'], pathNot: [PURE_CORE_MODULES, '^(node:)?util$'] },
    },
    {
      name: 'pure-packages',
      comment:
        'plan, edit and report need js-yaml and nothing else; in particular no client of the API server.',
      severity: 'error',
      from: { path: '^src/(plan|edit|report|api)/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '/js-yaml/',
      },
    },
    {
      name: 'client-values-only-in-kube',
      comment: "client-node's values (and undici's) stay in kube; its types may be used anywhere.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/kube/' },
      to: { path: 'node_modules/(@kubernetes/client-node|undici)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-dev-package-in-src',
      comment: 'what the image runs must be a dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-alone',
      comment: 'the product knows nothing of its tests, test bed, bench or generators.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|testbed|bench|crds|deploy)/' },
    },
    {
      name: 'no-circle',
      comment: 'of imports, types counted: who waits for the other in reading waits in changing too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
