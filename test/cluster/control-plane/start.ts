import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { startEmbedded } from './embedded.ts';
import { startReal } from './real.ts';

/** Starts the real `etcd` and `kube-apiserver` where KUBEBUILDER_ASSETS names their folder, else the embedded stand-in. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  return assets === undefined || assets === '' ? startEmbedded(options) : startReal(options, assets);
}
