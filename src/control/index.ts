// The control API: the service over HTTP. operations/ is the one table of what can be asked; the server's routes, the
// client's methods and the OpenAPI document are made of it. schemas/ has the forms of inputs and answers, placement.ts says
// which field travels where, problem.ts carries errors over and back. server/ listens, guards and bounds; client/ is an
// InitiatorService over a Unix socket, TCP or TLS.

export {
  type ControlClient,
  type ControlClientOptions,
  openControlClient,
} from './client/control-client.ts';
export type { ControlAddress } from './client/endpoint.ts';
export { defaultSocketPath, defaultStateDirectory, type PathSurroundings } from './default-paths.ts';
export { openApiDocument } from './openapi.ts';
export type { Problem } from './problem.ts';
export {
  type ControlHooks,
  type ControlServer,
  type ControlServerOptions,
  checkControlServer,
  openControlServer,
} from './server/control-server.ts';
export type { ControlLimits } from './server/limits.ts';
export type { ControlTls } from './server/listener.ts';
export type { AnswerFacts } from './server/request-metrics.ts';
