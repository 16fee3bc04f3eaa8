//! Random bits that are a function of a key and a counter, so that any thread can draw any of them.

/// SplitMix64's finalizer: every bit of the result depends on every bit of `x`.
#[inline(always)]
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// 64 random bits: number `i` of the draw with the given key (SplitMix64, Steele et al. 2014).
#[inline(always)]
pub const fn bits(key: u64, i: u64) -> u64 {
    mix(key.wrapping_add(i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}
