import type { ComponentChildren } from 'preact'

/** A column of a table. */
export interface Column<T> {
  readonly head: string
  readonly cell: (item: T) => ComponentChildren
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
}

/** Which rows are chosen. */
export interface Selection {
  readonly has: (key: string) => boolean
  readonly toggle: (key: string) => void
}

interface TableProps<T> {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (item: T) => string
  readonly hrefOf: (item: T) => string
  readonly labelOf?: (item: T) => string
  readonly selection?: Selection | undefined
}

/** A list. Its first column leads to what is listed; `j` and `k` go from row to row, `x` chooses one. */
export const DataTable = <T,>({
  caption,
  columns,
  rows,
  keyOf,
  hrefOf,
  labelOf = keyOf,
  selection,
}: TableProps<T>) => (
  <table class="list">
    <caption class="hidden">{caption}</caption>
    <thead>
      <tr>
        {selection ? (
          <th class="select">
            <span class="hidden">Chosen</span>
          </th>
        ) : null}
        {columns.map(({ head, isNumber }) => (
          <th key={head} scope="col" class={isNumber ? 'number' : undefined}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((item) => {
        const key = keyOf(item)
        return (
          <tr key={key}>
            {selection ? (
              <td class="select">
                <input
                  type="checkbox"
                  aria-label={`Choose ${labelOf(item)}`}
                  checked={selection.has(key)}
                  onChange={() => selection.toggle(key)}
                />
              </td>
            ) : null}
            {columns.map(({ head, cell, isNumber }, index) => (
              <td key={head} data-label={head} class={isNumber ? 'number' : undefined}>
                {index === 0 ? (
                  <a data-row href={hrefOf(item)}>
                    {cell(item)}
                  </a>
                ) : (
                  cell(item)
                )}
              </td>
            ))}
          </tr>
        )
      })}
    </tbody>
  </table>
)
