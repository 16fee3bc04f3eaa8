//! FarmHash's 64-bit fingerprint: hashes that never change, by which TensorFlow and Keras sort texts into bins.
//!
//! Source: Google's FarmHash (`farmhashna::Hash64`, public under the MIT licence).

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;

fn fetch(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

fn fetch32(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u64::from(u32::from_le_bytes(word))
}

fn shift_mix(x: u64) -> u64 {
    x ^ (x >> 47)
}

/// 128 bits to 64.
fn hash_16(u: u64, v: u64, multiplier: u64) -> u64 {
    let a = shift_mix((u ^ v).wrapping_mul(multiplier));
    shift_mix((v ^ a).wrapping_mul(multiplier)).wrapping_mul(multiplier)
}

fn multiplier(len: usize) -> u64 {
    K2.wrapping_add(len as u64 * 2)
}

fn up_to_16(s: &[u8]) -> u64 {
    let len = s.len();
    match len {
        8.. => {
            let m = multiplier(len);
            let (a, b) = (fetch(s, 0).wrapping_add(K2), fetch(s, len - 8));
            let c = b.rotate_right(37).wrapping_mul(m).wrapping_add(a);
            let d = a.rotate_right(25).wrapping_add(b).wrapping_mul(m);
            hash_16(c, d, m)
        }
        4.. => {
            let a = (fetch32(s, 0) << 3).wrapping_add(len as u64);
            hash_16(a, fetch32(s, len - 4), multiplier(len))
        }
        1.. => {
            let [a, b, c] = [s[0], s[len >> 1], s[len - 1]].map(u32::from);
            let (y, z) = (a + (b << 8), len as u32 + (c << 2));
            let mixed = u64::from(y).wrapping_mul(K2) ^ u64::from(z).wrapping_mul(K0);
            shift_mix(mixed).wrapping_mul(K2)
        }
        0 => K2,
    }
}

fn up_to_32(s: &[u8]) -> u64 {
    let len = s.len();
    let m = multiplier(len);
    let (a, b) = (fetch(s, 0).wrapping_mul(K1), fetch(s, 8));
    let (c, d) = (
        fetch(s, len - 8).wrapping_mul(m),
        fetch(s, len - 16).wrapping_mul(K2),
    );
    let (y, z) = mixed(a, b, c, d);
    hash_16(y, z, m)
}

/// The two sums that the hashes of 17 to 64 bytes begin with.
fn mixed(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let y = a.wrapping_add(b).rotate_right(43);
    let y = y.wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let z = b.wrapping_add(K2).rotate_right(18);
    (y, z.wrapping_add(a).wrapping_add(c))
}

fn up_to_64(s: &[u8]) -> u64 {
    let len = s.len();
    let m = multiplier(len);
    let (a, b) = (fetch(s, 0).wrapping_mul(K2), fetch(s, 8));
    let (c, d) = (
        fetch(s, len - 8).wrapping_mul(m),
        fetch(s, len - 16).wrapping_mul(K2),
    );
    let (y, z) = mixed(a, b, c, d);
    let z = hash_16(y, z, m);
    let (e, f) = (fetch(s, 16).wrapping_mul(m), fetch(s, 24));
    let g = y.wrapping_add(fetch(s, len - 32)).wrapping_mul(m);
    let h = z.wrapping_add(fetch(s, len - 24)).wrapping_mul(m);
    let first = e.wrapping_add(f).rotate_right(43);
    let first = first.wrapping_add(g.rotate_right(30)).wrapping_add(h);
    let second = f.wrapping_add(a).rotate_right(18);
    hash_16(first, second.wrapping_add(e).wrapping_add(g), m)
}

/// 32 bytes from `at` on, mixed into two seeds.
fn weak(s: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|i| fetch(s, at + i));
    let a = a.wrapping_add(w);
    let b = b.wrapping_add(a).wrapping_add(z).rotate_right(21);
    let sum = a.wrapping_add(x).wrapping_add(y);
    let b = b.wrapping_add(sum.rotate_right(44));
    (sum.wrapping_add(z), b.wrapping_add(a))
}

fn beyond_64(s: &[u8]) -> u64 {
    const SEED: u64 = 81;
    let len = s.len();
    let mut y = SEED.wrapping_mul(K1).wrapping_add(113);
    let mut z = shift_mix(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2);
    let (mut v, mut w) = ((0_u64, 0_u64), (0_u64, 0_u64));
    let mut x = SEED.wrapping_mul(K2).wrapping_add(fetch(s, 0));
    let end = (len - 1) / 64 * 64;
    for at in (0..end).step_by(64) {
        x = x.wrapping_add(y).wrapping_add(v.0);
        x = x.wrapping_add(fetch(s, at + 8)).rotate_right(37);
        x = x.wrapping_mul(K1) ^ w.1;
        y = y.wrapping_add(v.1).wrapping_add(fetch(s, at + 48));
        y = y.rotate_right(42).wrapping_mul(K1);
        y = y.wrapping_add(v.0).wrapping_add(fetch(s, at + 40));
        z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(K1);
        v = weak(s, at, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        let second = y.wrapping_add(fetch(s, at + 16));
        w = weak(s, at + 32, z.wrapping_add(w.1), second);
        std::mem::swap(&mut z, &mut x);
    }
    let m = K1.wrapping_add((z & 0xff) << 1);
    let at = len - 64;
    w.0 = w.0.wrapping_add((len as u64 - 1) & 63);
    v.0 = v.0.wrapping_add(w.0);
    w.0 = w.0.wrapping_add(v.0);
    x = x.wrapping_add(y).wrapping_add(v.0);
    x = x.wrapping_add(fetch(s, at + 8)).rotate_right(37);
    x = x.wrapping_mul(m) ^ w.1.wrapping_mul(9);
    y = y.wrapping_add(v.1).wrapping_add(fetch(s, at + 48));
    y = y.rotate_right(42).wrapping_mul(m);
    y = y.wrapping_add(v.0.wrapping_mul(9));
    y = y.wrapping_add(fetch(s, at + 40));
    z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(m);
    v = weak(s, at, v.1.wrapping_mul(m), x.wrapping_add(w.0));
    let second = y.wrapping_add(fetch(s, at + 16));
    w = weak(s, at + 32, z.wrapping_add(w.1), second);
    std::mem::swap(&mut z, &mut x);
    let first = hash_16(v.0, w.0, m);
    let first = first.wrapping_add(shift_mix(y).wrapping_mul(K0));
    hash_16(
        first.wrapping_add(z),
        hash_16(v.1, w.1, m).wrapping_add(x),
        m,
    )
}

/// The fingerprint of a text, the same everywhere and for ever.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    match bytes.len() {
        0..=16 => up_to_16(bytes),
        17..=32 => up_to_32(bytes),
        33..=64 => up_to_64(bytes),
        _ => beyond_64(bytes),
    }
}

/// The fingerprint of two fingerprints one after the other, as TensorFlow's `FingerprintCat64`.
pub(crate) fn concatenated(first: u64, second: u64) -> u64 {
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    let mixed = shift_mix(second.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    let result = (first ^ MULTIPLIER ^ mixed).wrapping_mul(MULTIPLIER);
    shift_mix(shift_mix(result).wrapping_mul(MULTIPLIER))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What TensorFlow's `to_hash_bucket_fast` gives with 2⁶² bins, for texts of every length that is hashed in a way of its own.
    #[test]
    fn the_fingerprints_are_those_of_tensorflow() {
        let long = [("x", 33), ("y", 65), ("z", 130)].map(|(c, n)| c.repeat(n));
        let texts = [
            "",
            "a",
            "ab",
            "hello",
            "hello world",
            "The quick brown fox",
            &long[0],
            &long[1],
            &long[2],
            "é日本",
            "123456789",
        ];
        let expected = [
            1936946117179621455,
            3694432073954588131,
            3066228220894225694,
            3786372426573024488,
            1769834696496558107,
            4094379380414061541,
            3046993373088323127,
            4023130470993650268,
            460848126499287204,
            182395348649139630,
            2490690402781879402,
        ];
        for (text, expected) in texts.iter().zip(expected) {
            assert_eq!(fingerprint(text.as_bytes()) % (1 << 62), expected, "{text}");
        }
    }
}
