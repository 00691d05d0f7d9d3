// What TargetInfo prints: everything that one mechanism, or each of them, has found out about a target.

import type { Answer, IscsiDsc } from '../../iscsidsc/index.ts';
import { type Outcome, outcome } from './command.ts';
import { TARGET_INFORMATION_CLASS as infoClass } from './header-values.ts';
import { factLines, formatHex, indented, loginOptionFacts, mappingLines, orAny } from './layout.ts';

/** Asks for every class of information. */
export async function showTarget(dsc: IscsiDsc, targetName: string, mechanism: string | undefined): Promise<Outcome> {
  const found = await dsc.GetIScsiTargetInformation(targetName, null, infoClass.DiscoveryMechanisms);
  if (found.Status !== 0) return outcome(found);
  const mechanisms = mechanism === undefined ? found.Buffer : [mechanism];
  const lines = [...factLines([['Target Name', targetName]])];
  for (const one of mechanisms) {
    const shown = await describeFinding(dsc, targetName, one);
    if (shown.answer.Status !== 0) return shown;
    lines.push('', ...shown.lines);
  }
  return { answer: { ...found, Buffer: mechanisms } as Answer, lines };
}

async function describeFinding(dsc: IscsiDsc, targetName: string, mechanism: string): Promise<Outcome> {
  const alias = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.TargetAlias);
  if (alias.Status !== 0) return outcome(alias);
  const groups = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.PortalGroups);
  if (groups.Status !== 0) return outcome(groups);
  const mappings = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.PersistentTargetMappings);
  if (mappings.Status !== 0) return outcome(mappings);
  const initiator = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.InitiatorName);
  if (initiator.Status !== 0) return outcome(initiator);
  const flags = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.TargetFlags);
  if (flags.Status !== 0) return outcome(flags);
  const options = await dsc.GetIScsiTargetInformation(targetName, mechanism, infoClass.LoginOptions);
  if (options.Status !== 0) return outcome(options);
  const facts = factLines([
    ['Discovery Mechanism', mechanism],
    ['Target Alias', alias.Buffer],
    ['Initiator Name', orAny(initiator.Buffer)],
    ['Target Flags', formatHex(flags.Buffer)],
    ...loginOptionFacts(options.Buffer),
  ]);
  const portals = groups.Buffer.flatMap(({ Portals }, index) => [
    `Portal Group ${index + 1}`,
    ...indented(Portals.map(({ Address, Socket }) => `Portal : ${Address} ${Socket}`)),
  ]);
  return { answer: { Status: 0 }, lines: [...facts, ...portals, ...mappings.Buffer.flatMap(mappingLines)] };
}
