import type { Reply } from '../http/json-response.ts';
import { parseObjectBody, type RequestBody, readBody } from '../http/request-body.ts';
import { dryRunOf, limitOf, type ResourceRequest, shapeOf, writeScopeOf } from '../http/resource-request.ts';
import { badRequest, invalidOptions, methodNotAllowed } from '../http/status-error.ts';
import { required } from '../kinds/field-problem.ts';
import type { KindBehaviour } from '../kinds/kind-behaviour.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { stringAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { listObjects } from './list.ts';
import type { DeleteRequest, Deletion, ObjectRemover } from './object-remover.ts';
import type { ObjectWriter } from './object-writer.ts';
import { patchOf } from './patching.ts';
import { renderList, renderObject } from './rendering.ts';
import { parseSelection } from './selection.ts';
import type { WriteScope } from './write-scope.ts';

export interface WriteParts {
  readonly store: Store;
  readonly writer: ObjectWriter;
  readonly remover: ObjectRemover;
  readonly behaviourOf: (definition: ResourceDefinition) => KindBehaviour;
  /** Called after each write: what controllers would do in a real cluster. */
  readonly afterWrite: (definition: ResourceDefinition) => void;
}

/** POST, PUT, PATCH and DELETE. */
export class WriteHandlers {
  readonly #parts: WriteParts;

  constructor(parts: WriteParts) {
    this.#parts = parts;
  }

  /** Carries out the write; the caller sends the answer. */
  async handle(request: ResourceRequest): Promise<Reply> {
    const body = await readBody(request.request);
    const reply = this.#carryOut(request, body);
    this.#parts.afterWrite(request.definition);
    return reply;
  }

  #carryOut(request: ResourceRequest, body: RequestBody): Reply {
    switch (request.request.method) {
      case 'POST':
        return this.#create(request, body);
      case 'PUT':
        return this.#replace(request, body);
      case 'PATCH':
        return this.#patch(request, body);
      case 'DELETE':
        return this.#delete(request, body);
      default:
        throw methodNotAllowed();
    }
  }

  #create(request: ResourceRequest, body: RequestBody): Reply {
    const { definition, path } = request;
    if (path.name !== '' || (definition.namespaced && path.namespace === '')) throw methodNotAllowed();
    const object = parseObjectBody(body);
    const scope = writeScopeOf(request);
    return this.#answer(request, scope, { code: 201, object: this.#parts.writer.create(scope, object) });
  }

  #replace(request: ResourceRequest, body: RequestBody): Reply {
    const { name } = request.path;
    if (name === '') throw methodNotAllowed();
    const object = parseObjectBody(body);
    const given = stringAt(object, ['metadata', 'name']);
    if (given !== name) {
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
    }
    const scope = writeScopeOf(request);
    const written = this.#parts.writer.update(scope, name, () => object, { replace: true, createMissing: false });
    return this.#answer(request, scope, { code: written.created ? 201 : 200, object: written.object });
  }

  #patch(request: ResourceRequest, body: RequestBody): Reply {
    const { name } = request.path;
    if (name === '') throw methodNotAllowed();
    const scope = writeScopeOf(request);
    if (scope.apply && !request.query.has('fieldManager')) {
      throw invalidOptions('PatchOptions', required('fieldManager', 'is required for apply patch'));
    }
    const change = patchOf(scope, body, { force: request.query.get('force') === 'true' });
    const written = this.#parts.writer.update(scope, name, change, { replace: false, createMissing: scope.apply });
    return this.#answer(request, scope, { code: written.created ? 201 : 200, object: written.object });
  }

  #delete(request: ResourceRequest, body: RequestBody): Reply {
    if (request.path.subresource !== '') throw methodNotAllowed();
    const options = parseObjectBody(body);
    const dryRun = dryRunOf([...request.query.getAll('dryRun'), ...dryRunInBody(options)], 'DeleteOptions');
    const deletion: DeleteRequest = {
      definition: request.definition,
      dryRun,
      nowMs: request.nowMs(),
      uid: stringAt(options, ['preconditions', 'uid']),
      resourceVersion: stringAt(options, ['preconditions', 'resourceVersion']),
    };
    const { namespace, name } = request.path;
    if (name === '') return this.#deleteCollection(request, deletion);
    return this.#answerDeletion(request, this.#parts.remover.delete(deletion, namespace, name));
  }

  #deleteCollection(request: ResourceRequest, deletion: DeleteRequest): Reply {
    const { definition, path, query } = request;
    const listed = listObjects(this.#parts.store, {
      definition,
      selection: parseSelection(
        {
          namespace: path.namespace,
          labelSelector: query.get('labelSelector') ?? '',
          fieldSelector: query.get('fieldSelector') ?? '',
        },
        definition,
      ),
      limit: limitOf(query),
      continueToken: query.get('continue') ?? '',
      resourceVersion: '',
      resourceVersionMatch: '',
    });
    for (const object of listed.items) this.#parts.remover.deleteObject(deletion, object);
    return { code: 200, text: renderList(shapeOf(request), listed), warnings: [] };
  }

  #answerDeletion(request: ResourceRequest, deletion: Deletion): Reply {
    const { definition } = request;
    if (!deletion.gone || this.#parts.behaviourOf(definition).returnsDeleted) {
      return { code: 200, text: renderObject(shapeOf(request), deletion.object), warnings: [] };
    }
    const details: JsonMap = { name: stringAt(deletion.object.json, ['metadata', 'name']) };
    if (definition.group !== '') details['group'] = definition.group;
    details['kind'] = definition.plural;
    details['uid'] = stringAt(deletion.object.json, ['metadata', 'uid']);
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
    return { code: 200, text: JSON.stringify(status), warnings: [] };
  }

  #answer(request: ResourceRequest, scope: WriteScope, result: { code: number; object: StoredObject }): Reply {
    return { code: result.code, text: renderObject(shapeOf(request), result.object), warnings: scope.warnings };
  }
}

function dryRunInBody(options: JsonMap): readonly string[] {
  const values = options['dryRun'];
  return Array.isArray(values) ? values.map(String) : [];
}
