// CHAP responses computed by Python 3's hashlib as hash(identifier || secret || challenge), RFC 1994 §4.1: another
// implementation than node:crypto. Bytes are hexadecimal.

/** One response by each algorithm: name, value of CHAP_A, identifier, secret, challenge, response. */
export const chapVectors: readonly (readonly [string, number, number, string, string, string])[] = (() => {
  const short = ['303132333435363738396162', '000102030405060708090a0b0c0d0e0f'] as const;
  const long = [
    '6120736563726574206f66206d6f7265207468616e207477656c7665206279746573',
    'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0',
  ] as const;
  const tiny = ['808182838485868788898a8b8c8d8e8f', '5a'] as const;
  // 1024 bytes, the longest challenge: byte i is (7i + 3) modulo 256.
  const challenge = Array.from({ length: 1024 }, (_, i) => ((7 * i + 3) % 256).toString(16).padStart(2, '0')).join('');
  const longest = ['696e69746961746f722d7365637265742d31', challenge] as const;
  return [
    ['MD5', 5, 0, ...short, '6cabf4546215345e09a0fd26c4b869e8'],
    ['MD5', 5, 127, ...long, 'd7c665d7b21084079061034d382997b9'],
    ['MD5', 5, 255, ...tiny, 'f5979fa7c7347a4cc35559ea0286e7dc'],
    ['MD5', 5, 1, ...longest, '8f8af9d8bf7bfcfe093bb31f8464cc40'],
    ['SHA-1', 6, 0, ...short, 'ed693d6bbbe39ea7b13a2f33d4df25e734bf90a8'],
    ['SHA-1', 6, 127, ...long, '961d745832276c136c80ae7b5049aea9b36eed9d'],
    ['SHA-1', 6, 255, ...tiny, 'ac806276844f52cab73298b050c2660885ccfd7a'],
    ['SHA-1', 6, 1, ...longest, 'd0e4a8d4cca14ac6b4262b419aab5489b47f29f0'],
    ['SHA-256', 7, 0, ...short, 'bef7a10900df80a2ce3ff0c4296239ef7b459201c3cbece4ec482032ca1c6c86'],
    ['SHA-256', 7, 127, ...long, 'f765fa43780cb33f115d616e148656be9d6b061f1a277b9dfc88fb207918c709'],
    ['SHA-256', 7, 255, ...tiny, '79c0fa840a687457d319637bca8ec6f7f8b3cc2fda3f6527fe8cfae69d553462'],
    ['SHA-256', 7, 1, ...longest, '1f9c4ec85d7771fd31c93042526c6dbb7f39e77eb2ac4a00f32ce43d82b4fdda'],
    ['SHA3-256', 8, 0, ...short, '87f58999dd16748367853913845105220c8fded33f0083e72c08c103b685dfb4'],
    ['SHA3-256', 8, 127, ...long, '9f40f0bc7b3a03aa743657256d5c8fb3783d7aa28b1ed3aae4f030a9aa856600'],
    ['SHA3-256', 8, 255, ...tiny, '51dcfe9fa178c8823b4e8e3448c4a948ee57b6620c5a9e8458868e0553bcb656'],
    ['SHA3-256', 8, 1, ...longest, 'bb1f7bbeaed9e762392b77b15400899bbb0caa82b1097d3261a1e859a9263cda'],
  ];
})();

/**
 * One whole mutual exchange by each algorithm. The target sends identifier 0x2a with the challenge below and knows
 * `initiator-secret`; we send identifier 0x11 with a challenge that is 0x11 throughout, as long as the response, and
 * know `target-secret-xyz`.
 */
export const chapExchange = {
  identifier: 0x2a,
  challenge: '00112233445566778899aabbccddeeff',
  answers: [
    {
      name: 'MD5',
      number: 5,
      ours: 'a2969a34fe4d0157afd3ae2df1eaa7f5',
      theirs: '5b5fd5ba15e386dcb4ed7c6ece61e5ef',
      /** The answer to our challenge with our own secret. */
      reflected: 'c23045f53e2176df81bf0562ba3f7393',
    },
    {
      name: 'SHA-1',
      number: 6,
      ours: '31e70f360e7688f452cd39364baa2864ed02b080',
      theirs: '7574abc21f9f368608f8a2962647818f99fac759',
      reflected: 'cc0f4dc419d90f4010263b3768bb3aac2be75a21',
    },
    {
      name: 'SHA-256',
      number: 7,
      ours: 'a5c3f4d886aa136881fbda3a91688f36625f8be9f9b70b52a04b32a28d422836',
      theirs: '8e54dc203200f658dea7c44c094a78fd208170baaa448ac8cd0656028fcfd429',
      reflected: '00dbcd664ab6e7ca1d5e33526ed54dc8513dbf97ef9e95dfd70f5ba71bdb9740',
    },
    {
      name: 'SHA3-256',
      number: 8,
      ours: 'b9bd656475f883cb08b43c168ebdc2eddc2fc94833cd3491ba5d5ecafb035af8',
      theirs: '525cae9cd85c385d4d7b841332334b84ad8a2fef6e1eac71a3d90a830bed92f4',
      reflected: '061172b622315dae3ea7383ba6092740057457a12b0740aa4e735beff845d969',
    },
  ],
} as const;
