// docs/wire-format.md: where each field of each PDU stands, from the table against which the codec is tested.

import { type Field, type FixedBits, layouts } from '../../test/vectors/layout.ts';
import { generatedFrom, table } from './page.ts';

export function wireFormatPage(): string {
  const sections = Object.entries(layouts).map(([name, layout]) => {
    const opcode = `0x${layout.opcode.toString(16).padStart(2, '0')}`;
    const segments = [layout.ahs ? 'additional header segments' : '', layout.data ? 'a data segment' : ''].filter(
      Boolean,
    );
    const rows = [...layout.fields.map(fieldRow), ...layout.fixed.map(fixedRow)];
    return `## ${name} (${opcode})

RFC 7143 ${layout.clause}, sent by the ${layout.sender}${segments.length === 0 ? '' : `, with ${segments.join(' and ')}`}.

${table(['byte', 'bits', 'field', 'clause'], rows)}
`;
  });
  return `${generatedFrom('test/vectors/layout.ts')}

# Wire format

Every basic header segment has 48 bytes; integers are big-endian. Byte 4 is the length of the additional header segments
in 4-byte words, bytes 5 to 7 that of the data segment in bytes. What stands in no row is reserved: sent as zero, ignored
when received.

${sections.join('\n')}`;
}

function fieldRow(field: Field): string[] {
  return [place(field), bitsOf(field.mask), field.name, field.clause];
}

function fixedRow(fixed: FixedBits): string[] {
  return [place(fixed), bitsOf(fixed.mask), `always 0x${fixed.value.toString(16)}`, fixed.clause];
}

function place({ byte, width }: { byte: number; width: number }): string {
  return width === 1 ? String(byte) : `${byte}–${byte + width - 1}`;
}

function bitsOf(mask: number | undefined): string {
  return mask === undefined ? 'all' : `0x${(mask >>> 0).toString(16).padStart(2, '0')}`;
}
