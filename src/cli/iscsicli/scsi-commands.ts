// The iscsicli commands that send SCSI commands, and those that show where LUNs appear.

import { statusValue } from '../../base/index.ts';
import type { Answer, ISCSI_TARGET_MAPPING, ScsiOut } from '../../iscsidsc/index.ts';
import { type IscsicliCommand, type Outcome, outcome } from './command.ts';
import { dumpLines, factLines, formatId, listLines, mappingLines } from './layout.ts';

export const scsiCommands: readonly IscsicliCommand[] = [
  {
    name: 'ScsiInquiry',
    values: 'SessionId LUN EvpdCmddt PageCode',
    parse: (values) => {
      const id = values.id('SessionId');
      const lun = values.bigNumber('LUN');
      const evpdCmddt = values.optionalNumber('EvpdCmddt') ?? 0;
      const page = values.optionalNumber('PageCode') ?? 0;
      return async ({ dsc }) => scsiOutcome(await dsc.SendScsiInquiry(id, lun, evpdCmddt, page));
    },
  },
  {
    name: 'ReadCapacity',
    values: 'SessionId LUN',
    parse: (values) => {
      const id = values.id('SessionId');
      const lun = values.bigNumber('LUN');
      return async ({ dsc }) => scsiOutcome(await dsc.SendScsiReadCapacity(id, lun));
    },
  },
  {
    name: 'ReportLUNs',
    values: 'SessionId',
    parse: (values) => {
      const id = values.id('SessionId');
      return async ({ dsc }) => scsiOutcome(await dsc.SendScsiReportLuns(id));
    },
  },
  {
    name: 'ReportTargetMappings',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportActiveIScsiTargetMappings(), ({ Mappings }) =>
          listLines('mapping', Mappings, showMapping),
        ),
  },
];

/** Status and sense data are told of a command that failed as well. */
function scsiOutcome(answer: Answer<ScsiOut>): Outcome {
  const isScsi = answer.Status === 0 || answer.Status === statusValue('ISDSC_SCSI_REQUEST_FAILED');
  return { answer, lines: isScsi ? describeScsi(answer) : [] };
}

function describeScsi({ ScsiStatus, ResponseBuffer, SenseBuffer }: Partial<ScsiOut>): string[] {
  const lines = factLines([
    ['SCSI Status', ScsiStatus],
    ['Response Length', ResponseBuffer?.length],
    ['Sense Length', SenseBuffer?.length],
  ]);
  const dumps = [ResponseBuffer, SenseBuffer].filter((bytes) => bytes !== undefined && bytes.length > 0);
  return [...lines, ...dumps.flatMap((bytes) => ['', ...dumpLines(bytes ?? new Uint8Array())])];
}

function showMapping(mapping: ISCSI_TARGET_MAPPING): string[] {
  return [
    ...factLines([
      ['Session Id', formatId(mapping.SessionId)],
      ['Target Name', mapping.TargetName],
      ['Initiator Name', mapping.InitiatorName],
    ]),
    ...mappingLines(mapping),
  ];
}
