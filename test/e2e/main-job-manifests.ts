/** A pool, its advertisement and a Service of both families, as a user applies them. */
export const mainJobManifests = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec:
  addresses: [192.168.10.90-192.168.10.100, 2001:db8:10::90-2001:db8:10::9f]
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: lan, namespace: herald-system }
spec: { ipAddressPools: [lan] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec:
  type: LoadBalancer
  selector: { app: web }
  ipFamilyPolicy: RequireDualStack
  ports:
    - { name: http, port: 80, targetPort: http }
    - { name: echo, protocol: UDP, port: 80, targetPort: 8080 }
`;
