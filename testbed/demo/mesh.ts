// `npm run demo -- --mesh`: a whole migration in a real mesh, step by step, with what Prometheus itself has to say of it.
// It ends by itself; what is set up, and what of it is real, is mesh-stage.ts's.
import type { KubeObject } from '../api/kube-object.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { LegacyWorld } from '../mesh/legacy-world.ts';
import { SECURE_JOB } from '../mesh/legacy-world.ts';
import { Scraping } from '../mesh/scraping.ts';
import { kubectl, reportFailure } from './ending.ts';
import type { MeshStage } from './mesh-stage.ts';
import { SECRET_TTL, loadLegacyWorld, setMeshStage } from './mesh-stage.ts';
import type { Output } from './output.ts';
import { NotSeen, waitInSight } from './progress.ts';
import { NAME, NAMESPACE, checkoutPath, startController } from './stage.ts';
import type { Story } from './story.ts';
import { conditionsOf, reportStory } from './story.ts';
import type { Condition } from './text.ts';

export interface MeshDemoOptions {
  readonly output: Output;
  readonly keep: boolean;
  /** As soon as there is something to be taken down. */
  readonly onControlPlane: (controlPlane: ControlPlane) => void;
  /** Leaves everything up until Ctrl-C; `more` are further lines of what to do meanwhile. */
  readonly hold: (controlPlane: ControlPlane, more: readonly string[]) => Promise<void>;
}

interface Scene {
  readonly output: Output;
  readonly stage: MeshStage;
  readonly world: LegacyWorld;
  readonly scraping: Scraping;
  readonly story: Story;
}

const ROTATIONS = 2;
/** Scrapes that must come after a step before its gap is measured. */
const SCRAPES = 3;

/** True if everything ended as it should. Throws what the setting of the stage throws. */
export async function runMeshDemo(options: MeshDemoOptions): Promise<boolean> {
  const { output, keep } = options;
  output.text('meshscrape demo in a mesh', 'bold');
  output.text(
    'Three targets of a real Istio mesh are down: their Prometheus still shows the certificate of an Istio before 1.6.',
  );
  output.heading('1. A cluster with a mesh on this machine');
  const stage = await setMeshStage(output, options.onControlPlane);
  const controller = await startController(stage, output);
  output.item('', 'and with deploy/components/read-legacy-secrets, so that it can read dates', 'dim');

  output.heading('2. Before: examples/legacy-prometheus.yaml, scraping every second');
  const world = await loadLegacyWorld(stage);
  const story = await reportStory({ api: stage.api, namespace: NAMESPACE, output });
  const scene: Scene = { output, stage, world, story, scraping: new Scraping(world) };
  const ended = controller.exited.then((how): never => {
    throw new NotSeen(`the end, since the controller ended with ${how}`, 0);
  });
  try {
    await Promise.race([play(scene), ended]);
    if (keep) await options.hold(stage.controlPlane, [reaching(scene)]);
    else await Promise.race([undo(scene), ended]);
    return true;
  } catch (error) {
    if (!(error instanceof NotSeen)) throw error;
    await reportTargets(scene).catch(() => undefined);
    reportFailure(output, { why: error.message, story, controller });
    if (keep) await options.hold(stage.controlPlane, []);
    return false;
  } finally {
    story.stop();
  }
}

async function play(scene: Scene): Promise<void> {
  const { output } = scene;
  await before(scene);
  output.heading('3. What is wrong: kubectl apply -f examples/observe.yaml');
  await observe(scene);
  output.heading('4. The cure: kubectl apply -f examples/minimal.yaml');
  await cure(scene);
  output.heading(`5. Certificates rotate: they live ${SECRET_TTL} here, and are renewed at half of it`);
  await rotate(scene);
  output.heading('6. Somebody turns the config back by hand');
  await drift(scene);
  output.heading('7. istiod is down, and somebody deletes the PeerAuthentication meanwhile');
  await outage(scene);
  output.heading('8. After');
  await reportTargets(scene);
  output.gap();
  output.text(`$ kubectl get promscrape -n ${NAMESPACE}`, 'dim');
  output.verbatim((await kubectl(scene.stage, 'get', 'promscrape', '-n', NAMESPACE)).stdout, 0);
}

async function before(scene: Scene): Promise<void> {
  const { output, scraping, world } = scene;
  output.item('secret', 'istio.default: mounted at /etc/certs; its certificate expired 12 days ago');
  const names = world.secure.map(({ name }) => name).join(', ');
  output.item('targets', `${names}: they demand a client certificate of the mesh (STRICT)`);
  output.item(
    '',
    `${world.plain.name}: plain HTTP, in a job that nobody changes; it shows what a restart costs`,
  );
  output.item('', 'Prometheus finds its targets, some seconds ...', 'dim');
  await waitInSight(output, {
    what: 'Prometheus has scraped every target',
    ask: async () => scraping.lines(),
    isMet: (lines) => lines.length === 4 && lines.every(({ health }) => health !== 'unknown'),
  });
  await reportTargets(scene);
}

async function observe(scene: Scene): Promise<void> {
  const { output, stage } = scene;
  await kubectl(stage, 'apply', '-f', checkoutPath('examples/observe.yaml'));
  const { status } = await seen(
    scene,
    'status says why',
    ({ SecretsStale }) => SecretsStale?.status === 'True',
  );
  output.gap();
  output.item(
    'Observe',
    `${String(status.pendingCount)} changes are pending, and nothing was written but status`,
  );
}

async function cure(scene: Scene): Promise<void> {
  const { output, stage, scraping } = scene;
  const sinceMs = Date.now();
  await kubectl(stage, 'apply', '-f', checkoutPath('examples/minimal.yaml'));
  await waitInSight(output, {
    what: 'every target is up',
    ask: async () => scraping.secureUp(),
    isMet: (up) => up === scene.world.secure.length,
  });
  const upAfter = ((Date.now() - sinceMs) / 1000).toFixed(0);
  await whole(scene);
  output.gap();
  await reportTargets(scene);
  output.gap();
  output.item('up', `every target of ${SECURE_JOB}, ${upAfter} s after kubectl apply`, ['bold', 'green']);
  const { plain } = await scraping.gaps(sinceMs);
  output.item(
    'gap',
    `${plain.seconds.toFixed(1)} s without a scrape of ${scene.world.plain.name}: the one restart of the pod`,
  );
}

async function rotate(scene: Scene): Promise<void> {
  const { output, scraping } = scene;
  const sinceMs = Date.now();
  let shown = 0;
  await waitInSight(output, {
    what: `${ROTATIONS} rotations`,
    ask: () => {
      const serials = scraping.serialsSince(sinceMs);
      for (; shown < serials.length; shown += 1) {
        const which = shown === 0 ? 'now' : `rotation ${shown}`;
        const after = ((Date.now() - sinceMs) / 1000).toFixed(0);
        output.item(
          `${after} s`.padStart(8),
          `${which}: every target is shown certificate ${serials[shown] ?? ''}`,
        );
      }
      return Promise.resolve(serials);
    },
    isMet: (serials) => serials.length > ROTATIONS,
  });
  await reportGap(scene, sinceMs);
}

async function drift(scene: Scene): Promise<void> {
  const { stage } = scene;
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE } };
  const sinceMs = Date.now();
  const { data = {} } = await stage.api.get(configMap);
  const back = Object.entries(data).map(([key, text]) => [
    key,
    text.replaceAll('/etc/prom-certs/', '/etc/certs/'),
  ]);
  await stage.api.patch(
    configMap,
    { data: Object.fromEntries(back) as unknown },
    { fieldManager: 'kubectl-edit' },
  );
  await seen(scene, 'the drift is corrected', (_, { drift: { activeCount, detectedTotal } }) => {
    return activeCount === 0 && detectedTotal > 0;
  });
  await whole(scene);
  await reportGap(scene, sinceMs);
}

async function outage(scene: Scene): Promise<void> {
  const { output, stage } = scene;
  const sinceMs = Date.now();
  await stage.istiod.interrupt();
  output.item('', 'istiod is killed; its webhooks stay, and refuse what nobody can validate', 'bold');
  await kubectl(stage, 'delete', 'peerauthentication', `meshscrape-${NAME}`, '-n', NAMESPACE);
  await seen(scene, 'status reports it', ({ MeshPolicyApplied }) => MeshPolicyApplied?.status === 'False');
  await goesOn(scene);
  const { summary } = scene.story.resource()?.status?.targets as { readonly summary: string };
  output.item('', `meanwhile status.targets says ${summary}; istiod is started again ...`, 'bold');
  await stage.istiod.resume();
  await whole(scene);
  await reportGap(scene, sinceMs);
}

/** Restore would bring back a certificate that is dead: it is refused, and scraping goes on. */
async function undo(scene: Scene): Promise<void> {
  const { output, stage, scraping } = scene;
  output.heading('9. The end: deletionPolicy Restore, and kubectl delete');
  const sinceMs = Date.now();
  const patch = JSON.stringify({ spec: { deletionPolicy: 'Restore' } });
  await kubectl(stage, 'patch', 'promscrape', NAME, '-n', NAMESPACE, '--type=merge', '-p', patch);
  await kubectl(stage, 'delete', 'promscrape', NAME, '-n', NAMESPACE, '--timeout=60s');
  const path = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;
  const refusal = await waitInSight(output, {
    what: 'the Event RestoreWouldBreakScraping',
    ask: async () =>
      (await stage.api.list(path)).items.find(({ reason }) => reason === 'RestoreWouldBreakScraping'),
    isMet: (event) => event !== undefined,
  });
  output.item('Event', `RestoreWouldBreakScraping: ${String(refusal?.['note'])}`);
  await reportGap(scene, sinceMs);
  const up = await scraping.secureUp();
  if (up !== scene.world.secure.length) throw new NotSeen('scraping goes on after the deletion', 0);
  output.item('up', `${up} of ${scene.world.secure.length} targets, unwatched from now on`, [
    'bold',
    'green',
  ]);
}

type Named = Readonly<Partial<Record<string, Condition>>>;
type Status = KubeObject['status'];

/** Waits until a status of the current generation is as expected. */
async function seen(
  { output, story }: Scene,
  what: string,
  isMet: (conditions: Named, status: Status) => boolean,
): Promise<KubeObject> {
  const found = await waitInSight(output, {
    what,
    ask: () => Promise.resolve(story.resource()),
    isMet: (object) => {
      if (object?.status?.observedGeneration !== object?.metadata.generation) return false;
      return isMet(Object.fromEntries(conditionsOf(object).map((each) => [each.type, each])), object?.status);
    },
  });
  if (found === undefined) throw new NotSeen(what, 0);
  return found;
}

async function whole(scene: Scene): Promise<void> {
  await seen(scene, 'Ready and TargetsUp', ({ Ready, TargetsUp }) => {
    return Ready?.status === 'True' && TargetsUp?.status === 'True';
  });
}

async function reportTargets({ output, scraping }: Scene): Promise<void> {
  const lines = await scraping.lines();
  output.verbatim(
    lines
      .map(({ job, target, health, lastError }) =>
        `${health.padEnd(9)} ${target.padEnd(9)} ${job.padEnd(29)} ${lastError}`.trimEnd(),
      )
      .join('\n'),
  );
}

/** Waits for a few more scrapes first, so that a gap that is still open is not overlooked. */
async function reportGap(scene: Scene, sinceMs: number): Promise<void> {
  await goesOn(scene);
  const { secure } = await scene.scraping.gaps(sinceMs);
  scene.output.item(
    'gap',
    `${secure.seconds.toFixed(1)} s at most between two good scrapes, ${secure.failed} failed`,
  );
}

async function goesOn({ output, scraping }: Scene): Promise<void> {
  const nowMs = Date.now();
  await waitInSight(output, {
    what: 'scraping goes on',
    ask: () => Promise.resolve(scraping.scrapesSince(nowMs)),
    isMet: (count) => count >= SCRAPES,
  });
}

function reaching({ world }: Scene): string {
  return `curl http://${world.node.address(world.pod) ?? ''}:9090/api/v1/targets    # Prometheus itself`;
}
