import { Time } from './basics.js'

const INSTANT = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/

/** A sentence of the server; the instants in it are the reader's. */
export const Sentence = ({ text }: { text: string }) => (
  <>
    {text
      .replace(/\bat (?=\d{4}-\d\d-\d\dT)/g, '')
      .split(INSTANT)
      .map((part, index) => (index % 2 === 1 ? <Time key={index} at={part} /> : part))}
  </>
)
