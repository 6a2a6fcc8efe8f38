import type { ColumnKind, SourceCatalogue, SourceColumn, SourceForeignKey, SourceObject } from './catalogue.ts'

/** Catalogues for tests: an ERP as trading companies have had for decades, and a CRM of another shape. */

type ColumnText = string

/** `name kind` with `!` for not null and `=` for a default: `company_name text!`, `id integer!=`. */
function column(text: ColumnText): SourceColumn {
  const [, name, kind, scale, notNull, hasDefault] = /^(\S+) ([a-z ]+?)(?:\((\d+)\))?(!?)(=?)$/.exec(text)!
  return {
    name: name!,
    kind: kind as ColumnKind,
    nullable: notNull === '',
    maxLength: null,
    scale: scale === undefined ? null : Number(scale),
    hasDefault: hasDefault === '=',
    readOnly: false,
  }
}

/** A table of a test catalogue. */
export function table(
  name: string,
  key: readonly string[],
  columns: readonly ColumnText[],
  more: { fk?: Readonly<Record<string, string>>; unique?: readonly string[]; isView?: boolean } = {},
): SourceObject {
  const foreignKeys = Object.entries(more.fk ?? {}).map(([from, object]): SourceForeignKey => ({
    columns: [from],
    object,
    references: ['id'],
  }))
  return {
    name,
    columns: columns.map(column),
    primaryKey: key,
    uniqueKeys: (more.unique ?? []).map((one) => [one]),
    foreignKeys,
    estimatedRows: 100,
    isView: more.isView ?? false,
  }
}

/** A classic trading schema: text ids, floats for money, no change times, composite keys for order lines. */
export const ERP: SourceCatalogue = {
  objects: [
    table(
      'categories',
      ['category_id'],
      ['category_id integer!', 'category_name text!', 'description text', 'picture binary'],
    ),
    table(
      'customer_customer_demo',
      ['customer_id', 'customer_type_id'],
      ['customer_id text!', 'customer_type_id text!'],
      {
        fk: { customer_id: 'customers', customer_type_id: 'customer_demographics' },
      },
    ),
    table('customer_demographics', ['customer_type_id'], ['customer_type_id text!', 'customer_desc text']),
    table(
      'customers',
      ['customer_id'],
      [
        'customer_id text!',
        'company_name text!',
        'contact_name text',
        'contact_title text',
        'address text',
        'city text',
        'region text',
        'postal_code text',
        'country text',
        'phone text',
        'fax text',
      ],
    ),
    table(
      'employees',
      ['employee_id'],
      [
        'employee_id integer!',
        'last_name text!',
        'first_name text!',
        'title text',
        'birth_date date',
        'home_phone text',
        'reports_to integer',
      ],
      { fk: { reports_to: 'employees' } },
    ),
    table(
      'order_details',
      ['order_id', 'product_id'],
      ['order_id integer!', 'product_id integer!', 'unit_price float!', 'quantity integer!', 'discount float!'],
      { fk: { order_id: 'orders', product_id: 'products' } },
    ),
    table(
      'orders',
      ['order_id'],
      [
        'order_id integer!',
        'customer_id text',
        'employee_id integer',
        'order_date date',
        'required_date date',
        'shipped_date date',
        'ship_via integer',
        'freight float',
        'ship_name text',
        'ship_address text',
        'ship_city text',
        'ship_region text',
        'ship_postal_code text',
        'ship_country text',
      ],
      { fk: { customer_id: 'customers', employee_id: 'employees', ship_via: 'shippers' } },
    ),
    table(
      'products',
      ['product_id'],
      [
        'product_id integer!',
        'product_name text!',
        'supplier_id integer',
        'category_id integer',
        'quantity_per_unit text',
        'unit_price float',
        'units_in_stock integer',
        'units_on_order integer',
        'reorder_level integer',
        'discontinued integer!',
      ],
      { fk: { supplier_id: 'suppliers', category_id: 'categories' } },
    ),
    table('shippers', ['shipper_id'], ['shipper_id integer!', 'company_name text!', 'phone text']),
    table('suppliers', ['supplier_id'], ['supplier_id integer!', 'company_name text!', 'phone text', 'homepage text']),
  ],
}

/** A CRM: surrogate ids, change times, other words for everything; deal_lines points by name alone. */
export const CRM: SourceCatalogue = {
  objects: [
    table(
      'accounts',
      ['id'],
      [
        'id integer!=',
        'name text!',
        'primary_contact text',
        'billing_street text',
        'billing_city text',
        'billing_state text',
        'billing_zip text',
        'billing_country text',
        'phone_number text',
        'fax text',
        'industry text',
        'password_hash text',
        'created_at instant!=',
        'updated_at instant!=',
      ],
    ),
    table(
      'items',
      ['id'],
      [
        'id integer!=',
        'title text!',
        'item_name text',
        'list_price decimal(2)',
        'stock_qty integer',
        'pack_size text',
        'discontinued boolean!=',
        'modified_on local timestamp',
      ],
    ),
    table(
      'deals',
      ['id'],
      [
        'id integer!=',
        'account_id integer!',
        'placed_at instant',
        'due_date date',
        'shipping_cost decimal(2)',
        'shipping_name text',
        'shipping_street text',
        'shipping_city text',
        'shipping_zip text',
        'shipping_country text',
        'updated_at instant!=',
      ],
      { fk: { account_id: 'accounts' } },
    ),
    table(
      'deal_lines',
      ['id'],
      [
        'id integer!=',
        'deal_id integer!',
        'item_id integer!',
        'unit_price decimal(2)',
        'qty integer!',
        'discount_pct decimal(4)',
      ],
    ),
    table('users', ['id'], ['id integer!=', 'email text', 'manager_id integer'], { fk: { manager_id: 'users' } }),
    table('open_deals', [], ['id integer', 'account_id integer', 'placed_at instant'], { isView: true }),
  ],
}
