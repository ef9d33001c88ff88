import type { Schema } from '../../../src/wire/type.ts';

/** As much of JSON Schema (draft-7) as the project’s schema uses; an unknown keyword throws, so that nothing is skipped. */
export function conforms(root: Schema, value: unknown, schema: Schema = root): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = keywords[keyword];
    if (check === undefined) throw new Error(`the schema uses \`${keyword}\``);
    return check(value, rule as never, root, schema);
  });
}

type Check = (value: unknown, rule: never, root: Schema, schema: Schema) => boolean;

const always = () => true;

const keywords: Readonly<Record<string, Check>> = {
  $schema: always,
  title: always,
  description: always,
  definitions: always,
  format: always,
  $ref: (value, rule: string, root) => conforms(root, value, definition(root, rule)),
  const: (value, rule: unknown) => value === rule,
  enum: (value, rule: readonly unknown[]) => rule.includes(value),
  type: (value, rule: string | readonly string[]) => [rule].flat().some((type) => isOfType(value, type)),
  minimum: (value, rule: number) => typeof value !== 'number' || value >= rule,
  maximum: (value, rule: number) => typeof value !== 'number' || value <= rule,
  minLength: (value, rule: number) => typeof value !== 'string' || value.length >= rule,
  maxLength: (value, rule: number) => typeof value !== 'string' || value.length <= rule,
  pattern: (value, rule: string) => typeof value !== 'string' || new RegExp(rule).test(value),
  anyOf: (value, rule: readonly Schema[], root) => rule.some((one) => conforms(root, value, one)),
  oneOf: (value, rule: readonly Schema[], root) =>
    rule.filter((one) => conforms(root, value, one)).length === 1,
  items: (value, rule: Schema, root) =>
    !Array.isArray(value) || value.every((item) => conforms(root, item, rule)),
  maxItems: (value, rule: number) => !Array.isArray(value) || value.length <= rule,
  uniqueItems: (value) => !Array.isArray(value) || new Set(value).size === value.length,
  required: (value, rule: readonly string[]) =>
    !isMap(value) || rule.every((key) => Object.hasOwn(value, key)),
  properties: (value, rule: Readonly<Record<string, Schema>>, root) =>
    !isMap(value) ||
    Object.entries(value).every(([key, one]) => !rule[key] || conforms(root, one, rule[key])),
  additionalProperties: (value, rule: boolean | Schema, root, schema) => {
    if (!isMap(value)) return true;
    const known = schema.properties as Readonly<Record<string, Schema>> | undefined;
    const others = Object.entries(value).filter(([key]) => known?.[key] === undefined);
    return typeof rule === 'boolean'
      ? rule || others.length === 0
      : others.every(([, one]) => conforms(root, one, rule));
  },
  propertyNames: (value, rule: Schema, root) =>
    !isMap(value) || Object.keys(value).every((key) => conforms(root, key, rule)),
};

function definition(root: Schema, reference: string): Schema {
  const found = (root.definitions as Readonly<Record<string, Schema>>)[
    reference.replace('#/definitions/', '')
  ];
  if (found === undefined) throw new Error(`the schema has no ${reference}`);
  return found;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isMap(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    default:
      throw new Error(`the schema has the type ${type}`);
  }
}
