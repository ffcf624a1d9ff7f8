export const ResendAllButton = (_props: { again: () => void }) => null
