/** What is wrong with what was typed, and where. */
export const IssueList = ({
  issues,
}: {
  issues: readonly { readonly path: string; readonly message: string }[]
}) =>
  issues.length === 0 ? null : (
    <ul class="issues">
      {issues.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          {path === '' ? null : <code>{path}</code>} {message}
        </li>
      ))}
    </ul>
  )
