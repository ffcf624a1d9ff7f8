import type { FaultHook, FaultMoment, FaultPoint } from '../fault-points.js'

/** Where a process is to die. */
export interface Fault {
  readonly point: FaultPoint
  readonly moment: FaultMoment
  /** The how-manieth time it comes there, from 1. */
  readonly visit: number
  /** How long after that, ms: a call may be anywhere then. Default 0. */
  readonly delayMs?: number | undefined
}

/** `kill -9` of this process, by itself, at a boundary. */
export const dieAt = ({ point, moment, visit, delayMs = 0 }: Fault): FaultHook => {
  let visits = 0
  const die = () => process.kill(process.pid, 'SIGKILL')
  return (crossed) => {
    if (crossed.point !== point || crossed.moment !== moment || ++visits !== visit) return
    if (moment === 'during') setTimeout(die, delayMs)
    else die()
  }
}
