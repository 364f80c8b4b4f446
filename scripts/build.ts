import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { build, type Metafile } from 'esbuild';
import { type LeftOut, leaveOutPlugin } from './leave-out-plugin.ts';
import { licencesOf, licencesText, refusedLicence } from './licences.ts';

interface Bundle {
  readonly entry: string;
  readonly output: string;
  readonly required: boolean;
}

const bundles: readonly Bundle[] = [
  { entry: 'controller/main.ts', output: 'controller', required: true },
  { entry: 'speaker/main.ts', output: 'speaker', required: true },
  // Started by the speaker as a Worker, from the file beside its own.
  { entry: 'speaker/datapath/main.ts', output: 'speaker-datapath', required: true },
  { entry: 'cli/main.ts', output: 'kubectl-herald', required: true },
];

/** Together 1.1 MB of code and 15 MB of memory per process. */
const leftOut: readonly LeftOut[] = [
  {
    path: /^\.\/gen\/index\.js$/,
    importer: /client-node\/dist\/config\.js$/,
    names: ['createConfiguration', 'ServerConfiguration'],
    why: 'the generated API classes: only for makeApiClient, which Herald never calls',
  },
  {
    path: /^undici$/,
    importer: /client-node\/dist\/config\.js$/,
    names: ['Agent', 'ProxyAgent'],
    why: 'only for the dispatchers of the generated API classes',
  },
  {
    path: /^(socks|socks-proxy-agent|hpagent)$/,
    importer: /client-node\/dist\/config\.js$/,
    names: ['SocksClient', 'SocksProxyAgent', 'HttpProxyAgent', 'HttpsProxyAgent'],
    why: 'only for proxy-url, which shared/kube/kubeconfig.ts refuses',
  },
];

const missing = bundles.filter((bundle) => !existsSync(bundle.entry));
const missingRequired = missing.filter((bundle) => bundle.required).map((bundle) => bundle.entry);
const folder = process.argv[2] ?? 'dist';
await rm(folder, { recursive: true, force: true });
const present = bundles.filter((bundle) => !missing.includes(bundle));
const { metafile } = await build({
  entryPoints: present.map(({ entry, output }) => ({ in: entry, out: output })),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node26',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  // Whole, of every package, in LICENSES.txt.
  legalComments: 'none',
  // Native: stays an installed package.
  external: ['koffi'],
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages inside an ES module still ask for `require`.
  banner: {
    js: "import{createRequire as heraldRequire}from'node:module';const require=heraldRequire(import.meta.url);",
  },
  plugins: [leaveOutPlugin(leftOut)],
  metafile: true,
  logLevel: 'warning',
});
// Its first line names node: it is started by its name.
await chmod(`${folder}/kubectl-herald.mjs`, 0o755);
const licences = licencesOf([...Object.keys(metafile.inputs), 'node_modules/koffi/index.js'], 'node_modules');
await writeFile(`${folder}/LICENSES.txt`, licencesText(licences));
report(metafile);
const refused = licences.flatMap((licence) => refusedLicence(licence) ?? []);
if (refused.length > 0) {
  console.error(`cannot ship what is not permissively licensed: ${refused.join(', ')}`);
  process.exitCode = 1;
}
if (missingRequired.length > 0) {
  console.error(`cannot build: there is no ${missingRequired.join(', no ')}`);
  process.exitCode = 1;
}

function report({ outputs }: Metafile): void {
  for (const [file, { bytes }] of Object.entries(outputs)) {
    if (file.endsWith('.mjs')) console.log(`${file}  ${Math.round(bytes / 1024)} kB`);
  }
}
