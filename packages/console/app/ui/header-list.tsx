/** Headers of a request; what is secret in them is masked by the server. */
export const HeaderList = ({ headers }: { headers: Readonly<Record<string, string>> }) => (
  <table class="headers">
    <caption class="hidden">Headers</caption>
    <tbody>
      {Object.entries(headers).map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>
            <code>{value}</code>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
