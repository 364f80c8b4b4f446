import { eventFromCore, eventToCore } from '../kinds/event-views.ts';
import { apiVersionOf } from '../registry.ts';
import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** The object as this group and version shows it. */
export function viewOf(definition: ResourceDefinition, object: JsonMap): JsonMap {
  const apiVersion = apiVersionOf(definition);
  if (object['apiVersion'] === apiVersion) return object;
  // Versions of custom resources differ in their name only (conversion strategy None).
  return definition.group === 'events.k8s.io' ? eventFromCore(object) : { ...object, apiVersion };
}

/** What `viewOf` gives, as text; taken from the object's own where the view is the stored form. */
export function viewText(definition: ResourceDefinition, object: StoredObject): string {
  const shown = viewOf(definition, object.json);
  return shown === object.json ? object.text : JSON.stringify(shown);
}

/** The form that the store keeps. */
export function storedFormOf(definition: ResourceDefinition, object: JsonMap): JsonMap {
  return definition.group === 'events.k8s.io' ? eventToCore(object) : object;
}
