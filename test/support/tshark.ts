// What Wireshark's dissector makes of a capture: an opinion on our bytes that is not ours.

import { toolOutput } from './run-tool.ts';

/** One PDU as tshark names its fields; a field that occurs more than once has all its values. */
export interface DecodedPdu {
  /** The frame in which the PDU ended, from 1. */
  readonly frame: number;
  readonly fromTarget: boolean;
  /** For example `fields['iscsi.opcode']` is `['0x03']`. The SCSI fields are those of the frame's last PDU. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

export interface DecodedCapture {
  readonly pdus: readonly DecodedPdu[];
  /** Malformed packets, expert remarks from warning level up, and bytes that tshark took for no PDU. */
  readonly warnings: readonly string[];
}

/** Expert remarks below this are notes (Wireshark's PI_WARN, epan/proto.h). */
const warningSeverity = 0x0060_0000;

type Node = string | Node[] | { [name: string]: Node };

/** Decodes a pcap or pcapng file, taking all traffic of TCP port `port` for iSCSI with the target on that port. */
export async function decodeCapture(file: string, port: number): Promise<DecodedCapture> {
  const iscsi = ['-d', `tcp.port==${port},iscsi`, '-o', `iscsi.target_ports:${port}`];
  const json = ['-T', 'json', '--no-duplicate-keys'];
  // Two passes, since only the second knows of a segment whether its PDU was completed later.
  const printed = await toolOutput('tshark', ['-2', '-r', file, ...iscsi, ...json], { timeoutMs: 60_000 });
  const frames = (JSON.parse(printed) as { _source: { layers: Record<string, Node> } }[]).map(
    ({ _source }) => _source.layers,
  );
  return {
    pdus: frames.flatMap((layers) => pdusOf(layers, port)),
    warnings: frames.flatMap((layers) => [...expertWarnings(layers), ...undissected(layers, port)]),
  };
}

function pdusOf(layers: Record<string, Node>, port: number): DecodedPdu[] {
  const { iscsi } = layers;
  if (iscsi === undefined) return [];
  const all = Array.isArray(iscsi) ? iscsi : [iscsi];
  return all.map((pdu, index) => {
    const fields: Record<string, string[]> = {};
    collect(pdu, fields);
    // tshark puts the flags and the SCSI layer of a command beside its PDU.
    if (index === all.length - 1) {
      for (const [name, node] of Object.entries(layers)) {
        if (name === 'scsi') collect(node, fields);
        else if (name.startsWith('iscsi.')) collect({ [name]: node }, fields);
      }
    }
    return { frame: frameNumber(layers), fromTarget: valueOf(layers, 'tcp.srcport') === String(port), fields };
  });
}

/** Gathers the values below a node by field name. */
function collect(node: Node, fields: Record<string, string[]>, name = ''): void {
  if (typeof node === 'string') (fields[name] ??= []).push(node);
  else if (Array.isArray(node)) for (const each of node) collect(each, fields, name);
  else for (const [key, each] of Object.entries(node)) collect(each, fields, key);
}

/** The first value of a field anywhere in a frame. */
function valueOf(layers: Record<string, Node>, name: string): string | undefined {
  const fields: Record<string, string[]> = {};
  collect(layers, fields);
  return fields[name]?.[0];
}

function frameNumber(layers: Record<string, Node>): number {
  return Number(valueOf(layers, 'frame.number'));
}

function expertWarnings(layers: Record<string, Node>): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (typeof node === 'string') return;
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    const { '_ws.expert.severity': severity, '_ws.expert.message': message } = node;
    if (typeof severity === 'string' && Number(severity) >= warningSeverity) {
      found.push(`frame ${frameNumber(layers)}: ${JSON.stringify(message)}`);
    }
    Object.values(node).forEach(visit);
  };
  visit(layers);
  return found;
}

/** Tells of payload that is neither a PDU nor a part of one that came later. */
function undissected(layers: Record<string, Node>, port: number): string[] {
  const length = Number(valueOf(layers, 'tcp.len') ?? 0);
  const ports = [valueOf(layers, 'tcp.srcport'), valueOf(layers, 'tcp.dstport')];
  if (length === 0 || !ports.includes(String(port)) || layers['iscsi'] !== undefined) return [];
  if (valueOf(layers, 'tcp.reassembled_in') !== undefined) return [];
  return [`frame ${frameNumber(layers)}: ${length} bytes that are no iSCSI PDU`];
}
