const ADDRESS = /^(mongodb(?:\+srv)?:\/\/)([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/

/**
 * The same address with another database in it. Not by `URL`: that of a replica set has several hosts. Whoever logged in
 * through the database that stood there still does.
 */
export const withDatabase = (uri: string, name: string): string => {
  const [, scheme = '', hosts = '', before = '', query = ''] = ADDRESS.exec(uri) ?? []
  const parts = query.split('&').filter((part) => part !== '')
  if (hosts.includes('@') && before !== '' && !parts.some((part) => /^authSource=/i.test(part)))
    parts.push(`authSource=${before}`)
  return `${scheme}${hosts}/${name}${parts.length > 0 ? `?${parts.join('&')}` : ''}`
}
