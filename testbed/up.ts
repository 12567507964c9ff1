// The command for people: brings up a control plane, says how to use it, and holds it until Ctrl-C.
import { parseArgs } from 'node:util';

import { installCrd } from './api/install.ts';
import { startControlPlane } from './control-plane/control-plane.ts';
import { startInjector } from './stand-ins/injector.ts';
import { istioCrds, meshCrds } from './stand-ins/istio-crds.ts';
import { startKubelet } from './stand-ins/kubelet.ts';

const HELP = `Usage: npx node testbed/up.ts [--kubelet] [--injector] [--istio-crds]

Starts etcd, kube-apiserver and kube-controller-manager on loopback and holds them until Ctrl-C.
The first run builds them with Go, which takes minutes; later runs take seconds.

  --kubelet      play the kubelet: bind pods and report them running and ready
  --injector     play Istio's sidecar injector (a stand-in, not istiod)
  --istio-crds   install Istio's CRDs Sidecar and PeerAuthentication
  --help         this text

Environment: KUBEBUILDER_ASSETS, a directory with etcd, kube-apiserver, kubectl to use instead of a build;
XDG_CACHE_HOME, where builds are kept (below meshscrape/, default ~/.cache).
`;

async function up(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      kubelet: { type: 'boolean' },
      injector: { type: 'boolean' },
      'istio-crds': { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  // Until it is up, a Ctrl-C simply kills us, and the supervisor ends the rest.
  const controlPlane = await startControlPlane();
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<NodeJS.Signals>();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const api = controlPlane.client();
  try {
    if (values['istio-crds'] === true) {
      for (const crd of await istioCrds(meshCrds)) await installCrd(api, crd);
    }
    if (values.injector === true) await startInjector({ api });
    if (values.kubelet === true) await startKubelet({ api });
    process.stdout.write(
      `ready: ${controlPlane.url}, logs in ${controlPlane.directory}, Ctrl-C ends it. In another shell:\n\n` +
        `  export KUBECONFIG=${controlPlane.kubeconfig}\n\n`,
    );
    await interrupted;
  } finally {
    await api.close();
    await controlPlane.stop();
  }
  process.exit(0);
}

if (import.meta.main) await up(process.argv.slice(2));
