// The header by which a request says how long it may take.

/** In milliseconds: what is not done by then ends with SERVICE_TIMEOUT. */
export const timeoutHeader = 'hawser-timeout-ms';
