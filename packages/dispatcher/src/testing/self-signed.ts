/** A key and a certificate, PEM. */
export interface KeyAndCertificate {
  readonly key: string
  readonly cert: string
}

/**
 * A fresh key with a certificate that nobody has signed, for `hostname` and 127.0.0.1. Needs the package `selfsigned`.
 */
export const selfSigned = async (hostname: string): Promise<KeyAndCertificate> => {
  // Loaded where it is wanted: the rest of the test kit does without it.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: hostname },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { key, cert }
}
