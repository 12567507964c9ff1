// The arrows of the architecture: main → controller → reconcile → {plan, report} → api. A layer knows only those below it;
// `kube` implements the port of reconcile. Type imports count too: an arrow is an arrow.
const PURE_CORE_MODULES = '^(node:)?(crypto|path|buffer)(/|$)';

/** Nobody in `from` may import from a folder of src that is not named. */
function layer({ name, from, mayImport }) {
  return {
    name,
    severity: 'error',
    from: { path: from },
    to: { path: '^src/', pathNot: [from, ...mayImport] },
  };
}

export default {
  forbidden: [
    layer({ name: 'api-knows-nobody', from: '^src/api/', mayImport: [] }),
    layer({ name: 'plan-knows-api', from: '^src/plan/', mayImport: ['^src/api/'] }),
    layer({ name: 'report-knows-plan', from: '^src/report/', mayImport: ['^src/plan/', '^src/api/'] }),
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
      mayImport: [
        '^src/reconcile/(cluster|context)[.]ts$',
        '^src/plan/(names|snapshot|prometheus-endpoint|targets)[.]ts$',
        '^src/api/',
      ],
    }),
    // Telemetry is told; it asks nobody.
    layer({
      name: 'telemetry-knows-words-only',
      from: '^src/telemetry/',
      mayImport: ['^src/reconcile/context[.]ts$', '^src/settings[.]ts$', '^src/api/'],
    }),
    layer({ name: 'settings-know-nobody', from: '^src/setting(s|-values)[.]ts$', mayImport: [] }),
    layer({
      name: 'cli-needs-no-cluster',
      from: '^src/cli/',
      mayImport: ['^src/plan/', '^src/report/', '^src/api/', '^src/settings[.]ts$'],
    }),
    {
      name: 'nobody-imports-main',
      comment: 'main wires; only the process starts it.',
      severity: 'error',
      from: {},
      to: { path: '^src/main[.]ts$' },
    },
    {
      name: 'controller-not-from-cli',
      severity: 'error',
      from: { path: '^src/controller/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'pure-does-no-io',
      comment: 'plan, report, api and settings import no module of Node that reads or writes anything.',
      severity: 'error',
      from: { path: '^src/(plan|report|api)/|^src/setting(s|-values)[.]ts$|^src/controller/triggers[.]ts$' },
      to: { dependencyTypes: ['core'], pathNot: [PURE_CORE_MODULES, '^(node:)?util$'] },
    },
    {
      name: 'pure-packages',
      comment: 'plan and report need js-yaml and nothing else; in particular no client of the API server.',
      severity: 'error',
      from: { path: '^src/(plan|report|api)/' },
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
      name: 'no-cycle',
      comment:
        'of values. Two files may name each other in types: that is erased, and neither waits for the other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
