// The calls of iscsidsc.h, over the socket of `hawser service`. Usage: node dist/examples/discovery-library.js SOCKET HOST PORT
import { connectIscsiDsc, statusFacts } from 'hawser/iscsidsc';

const [, , socketPath = '/run/hawser/hawser.sock', Address = '127.0.0.1', Socket = '3260'] = process.argv;
await using dsc = connectIscsiDsc({ socketPath });
await dsc.AddIScsiSendTargetPortal(null, null, null, null, { Address, Socket: Number(Socket) });
const { Buffer: targets = [] } = await dsc.ReportIScsiTargets(false);
for (const target of targets) {
  const login = await dsc.LoginIScsiTarget(target, false);
  console.log(`login to ${target}: ${statusFacts(login.Status)?.name ?? login.Status}`);
  if (login.Status !== 0) continue;
  const { Status } = await dsc.LogoutIScsiTarget(login.UniqueSessionId);
  console.log(`logout: ${statusFacts(Status)?.name ?? Status}`);
}
