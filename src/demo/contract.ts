/** The demo's contract: what a company would decide, with a word on each decision for somebody who sees one first. */
export const DEMO_CONTRACT = `# The contract: what Ana (finance) and Tomás (IT) decided before anything was connected.
# Read it from top to bottom; change what you like, then:  npx concordat check --contract <this file>
concordat: 1
company: Levante Instruments
timezone: Europe/Madrid

people:
  ana:   { name: Ana Ruiz, email: ana@levante.example }
  tomas: { name: Tomás Vidal, email: tomas@levante.example }

# Two databases. Passwords never stand in this file: \${env:NAME} is taken from the environment.
systems:
  erp: { connector: postgres, url: "\${env:ERP_URL}" }
  crm: { connector: postgres, url: "\${env:CRM_URL}" }

# What holds for all four flows unless one of them says otherwise.
defaults:
  owners: { business: ana, technical: tomas }
  direction: erp to crm                    # one way, from the ERP
  master: erp                              # whose value counts, unless a flow or a field says otherwise
  schedule: { erp: real-time, crm: hourly }
  late_after: 2 hours
  edge_cases:
    created_outside_master: leave alone         # what somebody makes up elsewhere stays there
    edited_outside_master: revert               # a value changed outside its master goes back
    existing_records: master wins               # first run: where both know a record and differ
    existing_unmatched: create                  # first run: known on one side only
    older_than: no limit
    duplicates: ask                             # the same thing twice: a person says which one counts
    deleted_in_master: ask
    deleted_elsewhere: restore
    left_filter: leave alone                    # an account that becomes a prospect again stays a customer in the ERP
    missing_reference: ask                      # an order of a customer that does not exist
    invalid_value: hold record                  # a VAT number with a typing mistake stops this one record
    empty_in_master: keep                       # an empty value in the master erases nothing
  on_failure: { retry: for 6 hours, then: quarantine, alert: { technical: at once, business: after 1 hour } }
  # A run that would change more than this stops before its first write. Wide open for the first run.
  limits: { changes: 100%, deletions: 10 records }
  history: 400 days

flows:
  # ---------------------------------------------------------------------------------------------------------------
  customers:                               # both ways: accounting works in the ERP, sales in the CRM
    direction: both
    schedule: { erp: real-time, crm: real-time }
    late_after: 30 minutes
    records:
      erp: { table: customers, id: id, changed_at: updated_at }
      crm: { table: accounts, id: id, changed_at: modified_at, where: "type = 'customer'" }   # prospects stay out
    match:                                 # how the same company is recognised: first by VAT number, then by e-mail
      - [vat_number]
      - [email]
    fields:
      name:         { type: text, required: true, edited_outside_master: ask, erp: legal_name, crm: account_name }
      vat_number:   { type: vat, country: ES, erp: vat, crm: tax_id }
      country:
        type: country
        erp: country_code
        crm: { field: country_name, values: { Spain: ES, France: FR, Germany: DE, Portugal: PT, Italy: IT } }
      phone:        { type: phone, country: ES, master: crm, invalid_value: skip field, erp: phone, crm: phone }
      email:        { type: email, master: shared, on_conflict: newest, erp: email, crm: email }
      credit_limit: { type: money, currency: EUR, erp: credit_limit, crm: credit_limit }
      segment:
        type: choice
        erp: { field: segment, values: { A: enterprise, B: mid-market, C: small } }
        crm: tier
      address:                             # three columns there, one here: computed, so it only goes one way
        type: text
        erp: { read: "street == '' ? '' : street + ', ' + city" }
        crm: billing_address
    edge_cases:
      created_outside_master: hold for approval   # sales may type in a customer; accounting approves it
      older_than: { years: 8, then: leave alone } # first run: nobody has touched it for so long

  # ---------------------------------------------------------------------------------------------------------------
  products:                                # one way: the catalogue is kept in the ERP
    records:
      erp: { table: products, id: id, changed_at: updated_at }
      crm: { table: items, id: id, changed_at: modified_at }
    match:
      - [sku]
    fields:
      sku:    { type: text, required: true, erp: sku, crm: code }
      name:   { type: text, required: true, erp: description, crm: name }
      unit:   { type: text, erp: unit, crm: sold_by }
      price:  { type: money, currency: EUR, scale: 4, erp: unit_price, crm: list_price }
      weight: { type: decimal, scale: 3, erp: weight_kg, crm: weight }
      active: { type: boolean, erp: active, crm: sellable }

  # ---------------------------------------------------------------------------------------------------------------
  orders:                                  # one way: sales close them in the CRM, the ERP delivers
    master: crm
    direction: crm to erp
    schedule: { crm: real-time, erp: hourly }
    late_after: 15 minutes
    records:
      crm: { table: deals, id: id, changed_at: modified_at, where: "stage in ('won', 'delivered')" }   # no drafts
      erp: { table: sales_orders, id: id, changed_at: updated_at }
    match:
      - [number]
    fields:
      number:     { type: text, required: true, crm: deal_no, erp: order_number }
      customer:   { type: reference(customers), required: true, crm: account_id, erp: customer_id }
      ordered_on: { type: date, crm: closed_on, erp: order_date }
      status:     { type: choice, crm: { field: stage, values: { won: confirmed, delivered: delivered } }, erp: status }
      total:      { type: money, currency: EUR, crm: amount, erp: total }
      lines:
        type: lines
        key: [position]
        fields:
          position: { type: integer, crm: pos, erp: line_no }
          product:  { type: reference(products), required: true, crm: item_id, erp: product_id }
          quantity: { type: decimal, scale: 3, crm: qty, erp: quantity }
          price:    { type: money, currency: EUR, scale: 4, crm: price, erp: unit_price }
        crm: { table: deal_items, parent: deal_id, id: id }
        erp: { table: sales_order_lines, parent: order_id, id: line_no }

  # ---------------------------------------------------------------------------------------------------------------
  invoices:                                # one way: the ERP writes them, sales wants to see them
    records:
      erp: { table: invoices, id: id, changed_at: updated_at }
      crm: { table: bills, id: id, changed_at: modified_at }
    match:
      - [number]
    fields:
      number:    { type: text, required: true, erp: invoice_number, crm: bill_no }
      customer:  { type: reference(customers), required: true, erp: customer_id, crm: account_id }
      issued_on: { type: date, erp: issued_on, crm: billed_on }
      due_on:    { type: date, erp: due_on, crm: due_on }
      total:     { type: money, currency: EUR, erp: total, crm: amount }
      paid:      { type: boolean, erp: paid, crm: is_paid }
      lines:
        type: lines
        key: [position]
        fields:
          position: { type: integer, erp: position, crm: pos }
          product:  { type: reference(products), required: true, erp: product_id, crm: item_id }
          quantity: { type: decimal, scale: 3, erp: quantity, crm: qty }
          price:    { type: money, currency: EUR, scale: 4, erp: unit_price, crm: price }
        erp: { table: invoice_lines, parent: invoice_id, id: id }
        crm: { table: bill_lines, parent: bill_id, id: id }
`
