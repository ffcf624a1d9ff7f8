/** The rows that a function is given, a column each: name and type, in the order of its arguments. */
export type Columns<K extends string = string> = Readonly<Record<K, string>>

/** Its arguments. */
export const argumentsOf = (columns: Columns): string =>
  Object.entries(columns)
    .map(([name, type]) => `given_${name} ${type}[]`)
    .join(', ')

/** Some of them as rows. */
export const rowsOf = <K extends string>(columns: Columns<K>, names = Object.keys(columns) as K[]): string =>
  `unnest(${names.map((name) => `given_${name}`).join(', ')}) AS g(${names.join(', ')})`

/** The parameters `$1` … for them: text for every driver, whatever it makes of arrays. */
export const parametersOf = (columns: Columns): string =>
  Object.values(columns)
    .map((type, index) => `$${index + 1}::text::${type}[]`)
    .join(', ')
