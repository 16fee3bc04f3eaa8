//! Numbers without a pattern, and bytes that are changed by them.

/// A xorshift generator (Marsaglia 2003).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `n`, or 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n.max(1)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Changes some bytes: in place, by leaving out, doubling and moving pieces, and by words that mean something in one of the formats.
    pub fn change(&mut self, bytes: &mut Vec<u8>, words: &[&[u8]]) {
        for _ in 0..1 + self.below(6) {
            let (at, n) = (self.below(bytes.len() + 1), bytes.len());
            let piece = at..(at + self.below(32)).min(n);
            match self.below(8) {
                0 if at < n => bytes[at] ^= 1 << self.below(8),
                1 if at < n => bytes[at] = *self.pick(&[0, 1, 0x7f, 0x80, 0xff, b'0', b'9', b'"']),
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(piece)),
                4 => {
                    let copy = bytes[piece].to_vec();
                    let to = self.below(n + 1);
                    bytes.splice(to..to, copy);
                }
                5 => {
                    let word = self.pick(words).to_vec();
                    bytes.splice(at..at, word);
                }
                6 => {
                    let word = self.pick(words).to_vec();
                    bytes.splice(piece, word);
                }
                _ => {
                    let random: Vec<u8> = (0..self.below(9)).map(|_| self.next() as u8).collect();
                    bytes.splice(at..at, random);
                }
            }
        }
    }
}
