//! The greatest magnitude among numbers.

use super::super::math::Float;
use super::super::parallel::for_each_small_range;
use super::super::simd;
use super::super::update::update_grain;
use std::sync::atomic::{AtomicU64, Ordering};

/// Maxima that are kept side by side.
const LANES: usize = 64;

/// A float whose magnitudes are ordered as integers: its bits without the sign. NaN is above ∞ there.
pub trait Magnitude: Float {
    /// An unsigned integer of its size.
    type Bits: Copy + Ord + Default + Into<u64>;
    /// The bits of |x|.
    fn magnitude(self) -> Self::Bits;
    /// The number of these bits.
    fn of_magnitude(bits: u64) -> Self;
}

macro_rules! magnitude {
    ($t:ident, $bits:ident) => {
        impl Magnitude for $t {
            type Bits = $bits;

            #[inline(always)]
            fn magnitude(self) -> $bits {
                self.to_bits() & ($bits::MAX >> 1)
            }

            fn of_magnitude(bits: u64) -> $t {
                $t::from_bits(bits as $bits)
            }
        }
    };
}
magnitude!(f32, u32);
magnitude!(f64, u64);

/// The greatest magnitude of what has been looked at so far, by any number of threads: NaN if any number was, 0 of nothing.
#[derive(Default)]
pub struct Greatest(AtomicU64);

impl Greatest {
    /// Looks at some numbers.
    pub fn look_at<T: Magnitude>(&self, x: &[T]) {
        let found = simd::run_for::<T, _>(
            simd::level(),
            #[inline(always)]
            || greatest(x),
        );
        self.0.fetch_max(found.into(), Ordering::Relaxed);
    }

    /// The greatest.
    pub fn value<T: Magnitude>(self) -> T {
        T::of_magnitude(self.0.into_inner())
    }
}

/// The greatest |x|: NaN if any number is, 0 of nothing.
///
/// Each thread looks at the part that it is about to update, and with two threads wrote itself: what another wrote would come over line
/// by line.
pub fn greatest_magnitude<T: Magnitude>(x: &[T]) -> T {
    let found = Greatest::default();
    for_each_small_range(x.len(), update_grain(x.len()), |range| {
        found.look_at(&x[range]);
    });
    found.value()
}

#[inline(always)]
fn greatest<T: Magnitude>(x: &[T]) -> T::Bits {
    let (lines, rest) = x.as_chunks::<LANES>();
    let rest = rest.iter().map(|x| x.magnitude());
    if lines.is_empty() {
        return rest.fold(T::Bits::default(), T::Bits::max);
    }
    let mut lanes = [T::Bits::default(); LANES];
    for line in lines {
        for i in 0..LANES {
            lanes[i] = lanes[i].max(line[i].magnitude());
        }
    }
    // Halves are compared as wholes: one lane after the other would take the loop above apart into single numbers.
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = lanes[i].max(lanes[half + i]);
        }
        half /= 2;
    }
    rest.fold(lanes[0], T::Bits::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_do_not_matter_and_nan_is_found_anywhere() {
        assert_eq!(greatest_magnitude::<f32>(&[]), 0.0);
        for n in [1, 15, 16, 63, 64, 1000, 200_000] {
            let mut x: Vec<f32> = (0..n).map(|i| -(i as f32)).collect();
            assert_eq!(greatest_magnitude(&x), (n - 1) as f32);
            for at in [0, n / 2, n - 1] {
                let before = std::mem::replace(&mut x[at], f32::NAN);
                assert!(greatest_magnitude(&x).is_nan(), "{at} of {n}");
                x[at] = f32::NEG_INFINITY;
                assert_eq!(greatest_magnitude(&x), f32::INFINITY);
                x[at] = before;
            }
        }
        assert_eq!(greatest_magnitude(&[-3.0_f64, 2.0]), 3.0);
    }
}
