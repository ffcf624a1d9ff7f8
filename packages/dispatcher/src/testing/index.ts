export { fakeClock, type FakeClock } from './fake-clock.js'
export {
  FAULT_POINTS,
  storageWithFaults,
  transportWithFaults,
  type FaultHook,
  type FaultMoment,
  type FaultPoint,
  type FaultVisit,
} from './fault-points.js'
export {
  behaviours,
  hostileServer,
  type HostileRequest,
  type HostileServer,
  type HostileServerOptions,
  type Script,
} from './hostile-server.js'
export {
  recordingTransport,
  type RecordedRequest,
  type RecordingTransport,
  type Respond,
} from './recording-transport.js'
export { selfSigned, type KeyAndCertificate } from './self-signed.js'
