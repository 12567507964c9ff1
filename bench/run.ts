// `npm run bench`: every figure that the project claims, measured here and now. The last line is one JSON object.
import { benchConvergence } from './convergence.ts';
import { benchPrometheusYaml } from './prometheus-yaml.ts';
import { benchSecrets } from './secrets.ts';

const editor = await benchPrometheusYaml();
const convergence = await benchConvergence();
const secrets = await benchSecrets();
process.stdout.write(
  [
    `floor ${convergence['floorSeconds']} s / controller ${convergence['controllerSeconds']} s = ${convergence['ratio']} (at least 0.5)`,
    `writes per resource ${convergence['writesPerResource']} (at most 8) and ${convergence['eventsPerResource']} Events, of a second pass ${convergence['writesOfSecondPass']} (0)`,
    `peak memory of the controller ${convergence['controllerPeakMiB']} MiB (at most 150)`,
    `memory more beside 200 unrelated Secrets of 1 MB: ${secrets['secretsExtraMiB']} MiB, with the permission to read them ${secrets['readableSecretsExtraMiB']} MiB (at most 20)`,
    'the rest of the time: five requests per resource beside the writes (two GETs each of the ConfigMap and the legacy secret, one LIST), the watches that bring every write back, and the StatefulSet controller, which writes on the same server and is waited for',
    JSON.stringify({ ...editor, ...convergence, ...secrets }),
    '',
  ].join('\n'),
);
