import type { Value } from '../model/value.ts';
import { everyLink, everyLinkOf } from '../reconcilers/every-link.ts';
import {
  linkKinds,
  lists,
  listsOf,
  masters,
  mayBeMember,
  ownLists,
  partKinds,
} from '../reconcilers/index.ts';
import type { AnyRow, Fields, Kind, Membership, Parts } from '../reconcilers/kind.ts';
import type { ListTable } from '../reconcilers/list.ts';
import { namespaceNameSchema } from '../wire/namespaces.ts';
import type { Schema } from '../wire/type.ts';
import { type DaemonEntry, daemonKeys } from './daemon-keys.ts';
import { article } from './grammar.ts';
import { changeInWords } from './meanings.ts';
import { bodyDocs, topDocs } from './namespace-body.ts';
import { onDriftWords } from './on-drift.ts';

const name: Schema = { type: 'string', minLength: 1, maxLength: 15, pattern: '^[^\\s/:]+$' };

/** JSON Schema (draft-7) of a configuration file, for editors: one definition a kind, told apart by `kind`. */
export function jsonSchema(): Schema {
  const definitions: Record<string, Value> = {};
  for (const [key, row] of Object.entries(everyLink)) definitions[`every.${key}`] = rowSchema(row);
  for (const table of Object.values<ListTable>({ ...lists, ...ownLists }))
    definitions[`list.${table.name}`] = listSchema(table);
  for (const { membership } of masters) {
    if (membership?.port !== undefined)
      definitions[`port.${membership.port.key}`] = fieldsSchema(membership.port.fields);
  }
  for (const kind of [...linkKinds, ...partKinds]) definitions[`kind.${kind.name}`] = kindSchema(kind);
  definitions.links = linksSchema();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'vnetd configuration',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...bodySchemas(),
      namespaces: {
        description: topDocs.namespaces,
        type: 'object',
        propertyNames: namespaceNameSchema,
        // A name alone is a namespace with nothing declared in it.
        additionalProperties: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: bodySchemas(),
        },
      },
      daemon: settingsSchema(daemonKeys, topDocs.daemon),
    },
    definitions,
  };
}

/** What stands in a namespace, the host's at the top of a file. */
function bodySchemas(): Readonly<Record<string, Schema>> {
  return Object.fromEntries(Object.keys(bodyDocs).map((key) => [key, reference(key)]));
}

function linksSchema(): Schema {
  return {
    description: bodyDocs.links,
    type: 'object',
    propertyNames: name,
    additionalProperties: { oneOf: linkKinds.map((kind) => reference(`kind.${kind.name}`)) },
  };
}

function reference(definition: string): Schema {
  return { $ref: `#/definitions/${definition}` };
}

/** A `device` is what a link is without `kind`; every other kind has to say so. */
function kindSchema(kind: Kind): Schema {
  const saysKind = linkKinds.includes(kind);
  const isDefault = kind.name === 'device' || !saysKind;
  const required = Object.entries(kind.fields).filter(
    ([, row]) => row.required === true && row.place.at !== 'peer' && row.implied !== true,
  );
  return {
    title: kind.name,
    description: `${kind.summary} ${kind.when}`,
    type: 'object',
    additionalProperties: false,
    required: [...(isDefault ? [] : ['kind']), ...required.map(([key]) => key)],
    properties: {
      ...(saysKind ? { kind: { const: kind.name, description: kind.summary } } : {}),
      ...Object.fromEntries(Object.keys(everyLinkOf(kind)).map((key) => [key, reference(`every.${key}`)])),
      // A kind may know better than every link: the bounds of its MTU.
      ...fieldSchemas(kind.fields),
      ...shorthandSchemas(kind),
      ...groupSchemas(kind),
      ...Object.fromEntries(Object.keys(listsOf(kind)).map((key) => [key, reference(`list.${key}`)])),
      ...(mayBeMember(kind) ? portReferences() : {}),
      ...(kind.parts === undefined ? {} : { [kind.parts.list]: partsSchema(kind.parts) }),
      ...(kind.membership === undefined ? {} : { [kind.membership.list]: membersSchema(kind.membership) }),
      on_drift: { enum: onDriftWords, description: 'What to do when somebody changes the link.' },
      exclusive: exclusiveSchema(kind),
    },
  };
}

/** A list of names, or a map of name to the attributes of each. */
function partsSchema({ kind, list }: Parts): Schema {
  return {
    description: `Its ${list}: a list of names, or a map of name to attributes. Each is an object of its own.`,
    anyOf: [
      name,
      { type: 'array', items: name, uniqueItems: true },
      { type: 'object', propertyNames: name, additionalProperties: reference(`kind.${kind.name}`) },
    ],
  };
}

function portReferences(): Readonly<Record<string, Schema>> {
  const keys = masters.flatMap(({ membership }) => membership?.port?.key ?? []);
  return Object.fromEntries(keys.map((key) => [key, reference(`port.${key}`)]));
}

function rowSchema(row: AnyRow): Schema {
  return { ...row.type.schema, description: `${row.doc} Can be changed ${changeInWords(row)}.` };
}

/** Rows by key, and by their other spellings. */
function fieldSchemas(fields: Fields): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, row]) => {
      if (row.implied === true) return [];
      const spellings: readonly string[] = row.also ?? [];
      const others = spellings.map(
        (also) =>
          [also, { ...row.type.schema, description: `Another word for \`${key}\`. ${row.doc}` }] as const,
      );
      return [[key, rowSchema(row)] as const, ...others];
    }),
  );
}

function shorthandSchemas({ fields, shorthands = {} }: Kind): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(shorthands).map(
      ([
        key,
        {
          keys: [first],
          doc,
        },
      ]) => [key, { ...fields[first]?.type.schema, description: doc }],
    ),
  );
}

function groupSchemas({ groups = {} }: Kind): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(groups).map(([key, { doc, fields }]) => [
      key,
      { description: doc, ...fieldsSchema(fields) },
    ]),
  );
}

function fieldsSchema(fields: Fields): Schema {
  return { type: 'object', additionalProperties: false, properties: fieldSchemas(fields) };
}

/** Items, a map of item to attributes, or one item by itself. */
function listSchema(table: ListTable): Schema {
  const entries = Object.entries(table.fields);
  const described = (some: typeof entries) =>
    Object.fromEntries(some.map(([key, { doc, schema }]) => [key, { ...schema, description: doc }]));
  const identity = entries.filter(([, field]) => field.required === true);
  const attributes = entries.filter(([, field]) => field.required !== true);
  const whole: Schema = {
    type: 'object',
    additionalProperties: false,
    required: identity.map(([key]) => key),
    properties: described(entries),
  };
  const item = identity.length === 0 ? table.schema : { anyOf: [table.schema, whole] };
  const byItem: Schema = {
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: false, properties: described(attributes) },
  };
  return {
    description: table.summary,
    anyOf: [table.schema, { type: 'array', items: item }, ...(identity.length === 0 ? [] : [whole]), byItem],
  };
}

function membersSchema({ port }: Membership): Schema {
  const attributes =
    port === undefined ? { type: 'object', additionalProperties: false } : reference(`port.${port.key}`);
  return {
    description: 'The links that are members: a list of names, or a map of name to attributes.',
    anyOf: [
      name,
      { type: 'array', items: name, uniqueItems: true },
      { type: 'object', propertyNames: name, additionalProperties: attributes },
    ],
  };
}

function exclusiveSchema(kind: Kind): Schema {
  const named = Object.values(listsOf(kind)).filter(({ canBeComplete }) => canBeComplete);
  const list: Schema = {
    enum: [
      ...named.map((table) => table.name),
      ...(kind.membership === undefined ? [] : [kind.membership.list]),
      ...(kind.parts === undefined ? [] : [kind.parts.list]),
    ],
  };
  return {
    description: `Makes lists of ${article(kind.name)} complete: what else is found in them is removed.`,
    anyOf: [{ enum: [true, false, 'on', 'off', 1, 0] }, list, { type: 'array', items: list }],
  };
}

function settingsSchema(entries: Readonly<Record<string, DaemonEntry>>, description: string): Schema {
  const properties = Object.entries(entries).map(([key, entry]) => {
    const schema =
      'keys' in entry ? settingsSchema(entry.keys, entry.doc) : { ...entry.schema, description: entry.doc };
    return [key, schema] as const;
  });
  return {
    description,
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}
