//! SipHash-2-4: a hash with a key, by which texts of strangers cannot be made to fall into one bin.
//!
//! Source: Aumasson and Bernstein 2012.

struct State([u64; 4]);

impl State {
    fn rounds(&mut self, n: usize) {
        let [mut a, mut b, mut c, mut d] = self.0;
        for _ in 0..n {
            a = a.wrapping_add(b);
            c = c.wrapping_add(d);
            b = b.rotate_left(13) ^ a;
            d = d.rotate_left(16) ^ c;
            a = a.rotate_left(32);
            c = c.wrapping_add(b);
            a = a.wrapping_add(d);
            b = b.rotate_left(17) ^ c;
            d = d.rotate_left(21) ^ a;
            c = c.rotate_left(32);
        }
        self.0 = [a, b, c, d];
    }

    fn take(&mut self, word: u64) {
        self.0[3] ^= word;
        self.rounds(2);
        self.0[0] ^= word;
    }
}

/// The hash of a text under a key.
pub(crate) fn siphash(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut state = State([
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ]);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state.take(u64::from_le_bytes(word.try_into().expect("eight bytes")));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    // The last byte says how long the text is.
    last[7] = bytes.len() as u8;
    state.take(u64::from_le_bytes(last));
    state.0[2] ^= 0xff;
    state.rounds(4);
    state.0.into_iter().fold(0, |all, word| all ^ word)
}

#[cfg(test)]
mod tests {
    use super::siphash;

    /// The first vector of the paper, and what TensorFlow's `to_hash_bucket_strong` gives with 2⁶² bins and the key 133, 137.
    #[test]
    fn the_hashes_are_those_of_the_paper_and_of_tensorflow() {
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let text: Vec<u8> = (0..15).collect();
        assert_eq!(siphash(key, &text), 0xa129_ca61_49be_45e5);
        for (text, expected) in [
            ("", 316627932347062996),
            ("a", 2466253977694453450),
            ("hello world", 3672456908529363296),
            ("é日本", 518159182122254684),
            ("-5", 971313266557102270),
        ] {
            let hash = siphash([133, 137], text.as_bytes());
            assert_eq!(hash % (1 << 62), expected, "{text}");
        }
    }
}
