/** OIDs of the catalogs, as the class ids of pg_depend and pg_description. */
export const CLASS = {
  relation: 1259,
  type: 1247,
  schema: 2615,
  constraint: 2606,
  attrdef: 2604,
  rewrite: 2618,
  proc: 1255,
  trigger: 2620,
  policy: 3256,
  role: 1260,
  database: 1262,
  extension: 3079,
  operator: 2617,
  cast: 2605,
  collation: 3456,
} as const
