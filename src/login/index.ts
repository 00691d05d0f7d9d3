// Login: negotiation and CHAP as step functions (RFC 7143 §6, §9.2.1, §12, §13). Pure: a Login Response and its text in,
// the next Login Request out. keys.ts is the table from which all rules of negotiation come; judgement.ts applies them to
// one key, negotiation.ts keeps the books of all. security-stage.ts and chap.ts authenticate; login-machine.ts is the
// sequence. Options are resolved in login-options.ts, auth-options.ts and offers.ts.

export type { AuthOptions, ChapOptions, MutualChapOptions } from './auth-options.ts';
export { ChallengeMemory, type ChallengeOrigin } from './challenge-memory.ts';
export type { RandomSource } from './chap.ts';
export { type ChapAlgorithm, defaultChapAlgorithms } from './chap-algorithm.ts';
export { type ChapProof, type ChapVerifier, unproven } from './chap-proof.ts';
export { type KeyFacts, type KeyStage, type KeyUse, type KeyValue, keyTable } from './keys.ts';
export {
  type LoginMachine,
  type LoginOutput,
  type LoginResult,
  type LoginStep,
  startLogin,
} from './login-machine.ts';
export type { LoginOptions } from './login-options.ts';
export {
  type DigestOffer,
  type KeyOfferOptions,
  type KeyOffers,
  resolveKeyOffers,
  type TaskReporting,
} from './offers.ts';
export type { NegotiatedParameters } from './parameters.ts';
export { parseTargetAddress, type TargetAddress } from './target-address.ts';
