// Traces: what passes through circuits, heard on the diagnostics channels and written as a capture file (pcapng).

export { openTrace, type Trace, type TraceOptions } from './trace.ts';
