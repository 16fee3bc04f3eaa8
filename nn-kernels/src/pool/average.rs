//! The mean of every window.

use super::super::math::Float;
use super::{Hit, Windows, for_blocks, for_each_window, gather, share};

/// The mean of every window and channel over the pixels that the window covers; 0 if none.
pub fn average_pool<T: Float>(x: &[T], windows: &Windows, out: &mut [T]) {
    for_each_window(
        x,
        windows,
        out,
        &mut vec![(); out.len()],
        #[inline(always)]
        |x, hits, out, _| {
            if hits.is_empty() {
                return out.fill(T::ZERO);
            }
            let share = share(hits.len());
            for_blocks!(out.len(), |at, N| mean::<N, _>(
                &x[at..],
                hits,
                share,
                &mut out[at..]
            ));
        },
    );
}

/// Pixels of a window that are added up one after the other: more would lose digits.
const SPAN: usize = 256;

/// The mean of `N` channels of the pixels of a window, of which there is one at least.
#[inline(always)]
fn mean<const N: usize, T: Float>(x: &[T], hits: &[Hit], share: T, out: &mut [T]) {
    let sum = match hits.len() <= SPAN {
        true => sum::<N, _>(x, hits),
        false => {
            let mut total = [0.0; N];
            for hits in hits.chunks(SPAN) {
                let part = sum::<N, _>(x, hits);
                for i in 0..N {
                    total[i] += part[i].to_f64();
                }
            }
            total.map(T::from_f64)
        }
    };
    let out = &mut out[..N];
    for i in 0..N {
        out[i] = sum[i] * share;
    }
}

/// The sum of `N` channels of some pixels.
#[inline(always)]
fn sum<const N: usize, T: Float>(x: &[T], hits: &[Hit]) -> [T; N] {
    let mut sum = [T::ZERO; N];
    for hit in hits {
        let x = &x[hit.offset..][..N];
        for i in 0..N {
            sum[i] += x[i];
        }
    }
    sum
}

/// The gradient of [`average_pool`]: every `dy` is shared evenly among the pixels of its window.
pub fn average_pool_backward<T: Float>(dy: &[T], windows: &Windows, dx: &mut [T]) {
    gather(
        dy,
        &vec![(); dy.len()],
        windows,
        dx,
        #[inline(always)]
        |dy, (), _, share| dy * share,
    );
}
