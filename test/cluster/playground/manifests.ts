import type { JsonObject } from '../../../shared/api/json.ts';
import { heraldNamespace } from '../cluster.ts';

export const pool: JsonObject = {
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name: 'default', namespace: heraldNamespace },
  spec: { addresses: ['192.168.10.90-192.168.10.100', '2001:db8:10::90-2001:db8:10::9f'] },
};

export const advertisement: JsonObject = {
  apiVersion: 'metallb.io/v1beta1',
  kind: 'L2Advertisement',
  metadata: { name: 'default', namespace: heraldNamespace },
  spec: { ipAddressPools: ['default'] },
};
