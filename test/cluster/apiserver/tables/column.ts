import type { TableColumn } from '../resource-definition.ts';

interface ColumnOptions {
  readonly type?: TableColumn['type'];
  readonly wide?: boolean;
  readonly description?: string;
}

/** A column of a built-in kind; `wide` ones show only with `-o wide`. */
export function column(name: string, { type = 'string', wide = false, description }: ColumnOptions = {}): TableColumn {
  return {
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    description: description ?? `The object's ${name.toLowerCase()}.`,
    priority: wide ? 1 : 0,
  };
}

export const nameColumn = column('Name', { description: 'Name, unique within the namespace and kind.' });
export const ageColumn = column('Age', { description: 'Time since the object was created.' });
