// RADIUS packets from elsewhere: the examples of RFC 2865 §7, and what Debian's freeradius 3.2.1 sent.

/** RFC 2865 §7.1: a user who is let in with a password. */
export const telnetUser = {
  secret: 'xyzzy5461',
  request:
    '010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003',
  answer: '0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103',
} as const;

/** RFC 2865 §7.2: the Access-Request of a user who proves himself by CHAP. */
export const chapUser: Readonly<Record<'request' | 'user' | 'chapPassword' | 'authenticator', string>> = {
  request:
    '010100472aee86f08d0d55969ca5978e0d3367a20108666c6f707379031316e9755' +
    '7c316185895f293ff63440772750406c0a80110050600000014060600000002070600000001',
  user: 'flopsy',
  chapPassword: '16e97557c316185895f293ff6344077275',
  authenticator: '2aee86f08d0d55969ca5978e0d3367a2',
};

/** RFC 2865 §7.3: an Access-Challenge. */
export const challengedUser: string =
  '0b02004e36f3c8764ae8c71157403c0c71ff9c4512304368616c6c656e6765203332373639343330' +
  '2e2020456e74657220726573706f6e73652061742070726f6d70742e180a3332373639343330';

const names =
  '201469716e2e323032362d31312e746573743a691f1469716e2e323032362d31312e746573743a691e1469716e2e323032362d31312e746573743a74';
const challenge = '00112233445566778899aabbccddeeff';

/** What radclient sent for the same attributes in the same order; identifier and authenticator are of its choice. */
export const radclient: {
  readonly secret: string;
  readonly identifier: number;
  readonly authenticator: string;
  readonly proof: {
    readonly user: string;
    readonly identifier: number;
    readonly challenge: string;
    readonly response: string;
    readonly initiatorName: string;
    readonly targetName: string;
  };
  readonly request: string;
} = {
  secret: 'shared-secret-of-radius',
  identifier: 12,
  authenticator: '6aa13c3665a7f88f845f8aaab10d3513',
  proof: {
    user: 'target',
    identifier: 7,
    challenge,
    response: '4b0a8f21d3c0554e1be2c1aa1c7f0102',
    initiatorName: 'iqn.2026-11.test:i',
    targetName: 'iqn.2026-11.test:t',
  },
  request:
    '010c008f6aa13c3665a7f88f845f8aaab10d35135012623c9009ccb969d974a8deb4d4f9559a0108746172676574' +
    `0313074b0a8f21d3c0554e1be2c1aa1c7f01023c12${challenge}${names}`,
};

/** What freeradius answered to requests with this authenticator: both are signed. */
export const freeradius = {
  secret: 'shared-secret-of-radius',
  requestAuthenticator: 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  /** With Reply-Message `welcome`. */
  accept: '0207002f54c8832c514c712b4685d1308202e2445012c030b08b3d16b0610bdd56ba915a0142120977656c636f6d65',
  reject: '0308002614eb37a931dc5a15d3c1185f328fa62150124d9cfc1689d6178992ba32dc96edebf3',
} as const;
