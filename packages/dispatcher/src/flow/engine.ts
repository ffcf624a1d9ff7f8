import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { Subscription } from '../core/subscription.js'
import { Acceptor, type Publication } from './accept.js'
import { ClockSteps } from './clock-steps.js'
import { Completer } from './completer.js'
import type { FlowContext } from './context.js'
import { Deadlines } from './deadlines.js'
import { drain } from './drain.js'
import { DueLanes } from './due-lanes.js'
import { FanOut } from './fan-out.js'
import { FreshSubscriptions } from './fresh-subscriptions.js'
import { keepNothing } from './give-up-waiting.js'
import { HealthSurvey } from './health-survey.js'
import { HeldLanes, type Waking } from './held-lanes.js'
import { Leases } from './leases.js'
import type { MalformedRows } from './malformed-rows.js'
import { ReplayLoop } from './replay/replay-loop.js'
import { Replays } from './replay/replays.js'
import { cancelPending } from './retire-lane.js'
import type { HealthRecord } from './runner-context.js'
import { TestSender, type TestContent, type TestOutcome } from './send-test.js'
import { LaneServer } from './serve-lanes.js'
import { Slots } from './slots.js'
import type { Tally } from './tally.js'
import { withinSpan } from './within-span.js'
import { Worker, type WorkerParts } from './worker.js'

/** What the engine is made of, beside what the flow speaks to. */
export interface EngineParts {
  /** For appends: somebody waits for them, so that they are tried again for a short time alone. */
  readonly accepting: FlowContext
  readonly health: HealthRecord
  readonly malformed: MalformedRows
}

/**
 * The one door to the flow. An event goes through it once: accept → fan out → due lanes → lease → run → complete. Nothing in
 * there calls back out of it.
 */
export class Engine {
  readonly #context: FlowContext
  readonly #acceptor: Acceptor
  readonly #parts: WorkerParts & { readonly replays: Replays }
  readonly #replaying: ReplayLoop
  readonly #fresh: FreshSubscriptions
  readonly #slots: Slots
  readonly #worker: Worker
  readonly #tests: TestSender

  constructor(context: FlowContext, { accepting, health, malformed }: EngineParts) {
    const { clock, storage, settings } = context
    const due = new DueLanes(clock, settings.pollIntervalMs)
    const held = new HeldLanes(due)
    const fresh = new FreshSubscriptions(storage.subscriptions)
    const leases = new Leases(context, held, fresh)
    const completer = new Completer(context, (subscription) => this.changed(subscription.id, subscription))
    const slots = new Slots(settings.concurrency)
    const reserve = leases.reserve.bind(leases)
    const [deadlines, steps] = [new Deadlines(clock), new ClockSteps(clock)]
    const runner = { ...context, slots, completer, health, malformed, deadlines, steps, reserve }
    const server = new LaneServer(runner, { leases, held, due, fresh })
    const replays = new Replays({ context, held })
    const parts = { fanOut: new FanOut(context, held), due, held, server, steps }
    this.#context = context
    this.#acceptor = new Acceptor(accepting)
    this.#parts = { ...parts, replays }
    this.#replaying = new ReplayLoop(context, replays)
    this.#fresh = fresh
    this.#slots = slots
    const survey = new HealthSurvey(context, {
      publish: (publication) => this.accept(this.prepare(publication), undefined),
      switchedOff: (subscription) => {
        this.changed(subscription.id, subscription)
        return this.switchedOff(subscription.id)
      },
    })
    this.#worker = new Worker(context, parts, survey)
    this.#tests = new TestSender(context, parts)
  }

  /** Requests under way in this process. */
  get inFlight(): number {
    return this.#slots.used
  }

  /** Lanes that this process owns. */
  get lanesHeld(): number {
    return this.#parts.held.size
  }

  /** What `accept` will store; done before anything is waited for. @throws PayloadTooLargeError */
  prepare(publication: Publication): StoredEvent {
    return this.#acceptor.prepare(publication)
  }

  /** Stores an event; answers whether it is new. Its delivery follows on its own, by this process or another. */
  async accept(prepared: StoredEvent, session: unknown): Promise<boolean> {
    const { id, type, siteId } = prepared
    const span = this.#context.tracing?.dispatch({ id, type, siteId })
    const event = span ? { ...prepared, trace: span.trace } : prepared
    const stored = await withinSpan(span, () => this.#acceptor.accept(event, session))
    // What a session holds is not there for anyone until it commits: sweeps take it from then on.
    if (stored && session === undefined) {
      this.#context.cache.set(event)
      this.#parts.fanOut.add(event)
    }
    return stored
  }

  /** Delivers in this process from now on. */
  start(): void {
    this.#parts.fanOut.announces = false
    this.#parts.due.listen()
    this.#worker.start()
    this.#replaying.start()
  }

  /** There may be work that nobody told of. */
  poll(): void {
    this.#parts.due.poll()
  }

  /** Replays on a storage: that of people who ask is not as patient as the workers'. */
  replaysOn(storage: FlowContext['storage']): Replays {
    return new Replays({ context: { ...this.#context, storage }, held: this.#parts.held })
  }

  /** A replay was begun that nobody works on: a worker of this process does so at once. */
  replay(): void {
    this.#replaying.soon()
  }

  /** Delivers what is due, at most for `maxMs`; answers what came of it. */
  async drain(maxMs: number): Promise<Tally> {
    await this.#acceptor.idle()
    return drain(this.#context, this.#parts, this.#context.clock.monotonic() + maxMs)
  }

  /** No new lanes; requests in flight get `graceMs`, the rest are ended and their deliveries given back. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#context
    await Promise.all([this.#worker.stop(), this.#replaying.stop()])
    this.#parts.held.close()
    const ended = new AbortController()
    const idle = this.#parts.server.idle().finally(() => ended.abort())
    await clock.sleep(graceMs, ended.signal)
    if (!ended.signal.aborted) this.#parts.held.abort()
    await idle
  }

  /** Resolves when every fan-out under way has ended. */
  async idle(): Promise<void> {
    await this.#parts.fanOut.idle()
  }

  /** Sends a test to one subscription now; `wholeLane: false` sends nothing else that is due there. */
  sendTest(id: string, content: TestContent, wholeLane: boolean): Promise<TestOutcome> {
    return this.#tests.send(id, content, { wholeLane })
  }

  /** A subscription was changed in this process, or removed (`null`). */
  changed(id: string, subscription: Subscription | null): void {
    this.#fresh.changed(id, subscription)
    this.#parts.held.update(id, subscription)
  }

  /** A delivery was cancelled in this process. */
  cancelled(delivery: Pick<Delivery, 'id' | 'subscriptionId'>): void {
    this.#parts.held.forget(delivery)
  }

  /** Wakes lanes around a write: whatever `write` stores, their owners and this process look for it afterwards. */
  async waking<T>(subscriptionIds: Iterable<string>, how: Waking, write: () => Promise<T>): Promise<T> {
    const woken = this.#parts.held.waking(new Set(subscriptionIds), how)
    const answer = await write()
    woken()
    return answer
  }

  /** Wakes one lane; `lift` ends what holds it. */
  async wake(id: string, { lift }: { lift: boolean }): Promise<void> {
    const { storage, clock } = this.#context
    await this.waking([id], { lift }, () =>
      storage.lanes.wake({ subscriptionIds: [id], now: clock.now(), lift }),
    )
  }

  /**
   * A subscription is off: what is pending for it is cancelled. What this process has in flight ends as it ends, and what comes
   * of that, or a fan-out still adds, is the lane's owner's.
   */
  async switchedOff(id: string): Promise<void> {
    await keepNothing(this.#context, id, this.#parts.held.sent(id))
  }

  /** A subscription is gone: what is pending for it is cancelled, and its lane removed by whoever takes it next. */
  async removed(id: string): Promise<void> {
    this.changed(id, null)
    await cancelPending(this.#context, id)
    // It stays until an owner finds the subscription gone: a fan-out may be about to add to it.
    await this.wake(id, { lift: false })
  }
}
