//! The widest vector instructions of this processor, and a way to compile a loop once for each width.
//!
//! Loops are written as plain Rust; [`run`] calls them from functions that allow wider registers, and the
//! compiler vectorizes them there. Only the width differs between levels, never the arithmetic (products and
//! sums are rounded separately on all of them), so these kernels give the same bits on every level.

use crate::{DType, Element};
use std::io::Write;
use std::sync::OnceLock;

/// Instruction sets that kernels are compiled for, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the target has (SSE2 on x86-64, NEON on 64-bit ARM).
    Portable,
    /// AVX2 and FMA: 256-bit registers.
    Avx2,
    /// AVX-512 F, BW, DQ and VL: 512-bit registers.
    Avx512,
}

/// The level in use: the widest that the processor has, or what the environment variable `NN_KERNELS`
/// (`portable`, `avx2` or `avx512`) asks for. Found out on first use and kept.
#[inline]
pub fn level() -> Level {
    #[cfg(test)]
    if let Some(level) = tests::forced() {
        return level;
    }
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| choose(widest(), std::env::var("NN_KERNELS").ok().as_deref()))
}

/// The widest level that this processor can run.
#[inline]
pub fn widest() -> Level {
    static WIDEST: OnceLock<Level> = OnceLock::new();
    *WIDEST.get_or_init(detect)
}

/// The level for a processor with `widest` and a request; a request that cannot be met is reported on standard
/// error and the widest level taken.
fn choose(widest: Level, request: Option<&str>) -> Level {
    let level = match request {
        None | Some("") => return widest,
        Some("portable") => Level::Portable,
        Some("avx2") => Level::Avx2,
        Some("avx512") => Level::Avx512,
        Some(other) => {
            // `eprintln!` would panic where standard error is closed.
            let _ = writeln!(
                std::io::stderr(),
                "NN_KERNELS: expected `portable`, `avx2` or `avx512`, found `{other}`; using {widest:?}. \
                 Unset the variable or give one of the three."
            );
            return widest;
        }
    };
    if level > widest {
        let _ = writeln!(
            std::io::stderr(),
            "NN_KERNELS: this processor has no {level:?}; using {widest:?}. Unset the variable or ask for less."
        );
        return widest;
    }
    level
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match (avx2, avx512) {
        (true, true) => Level::Avx512,
        (true, false) => Level::Avx2,
        _ => Level::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Level {
    Level::Portable
}

/// Runs `body` compiled for `level`, or for the widest level of this processor if that is narrower. Mark the
/// closure and what it calls `#[inline(always)]`: code that is not inlined here keeps the narrow registers.
#[inline(always)]
pub fn run<R>(level: Level, body: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match level.min(widest()) {
        Level::Portable => body(),
        // SAFETY: `widest()` found AVX2 in this processor, or the minimum would be lower.
        Level::Avx2 => unsafe { run_avx2(body) },
        // SAFETY: `widest()` found all four AVX-512 parts and AVX2, or the minimum would be lower.
        Level::Avx512 => unsafe { run_avx512(body) },
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        body()
    }
}

/// As [`run`] for loops over `f32`; loops over other elements are compiled once, portably. There is a loop for every function of
/// every type, and it is `f32` that networks are trained in: the other types' wide copies would be most of the compiled code.
#[inline(always)]
pub fn run_for<T: Element, R>(level: Level, body: impl FnOnce() -> R) -> R {
    run_if::<true, T, R>(level, body)
}

/// As [`run_for`] where `WIDE`; otherwise the loop is compiled once, portably, as suits one that waits for memory: adding two
/// tensors takes the same time with vectors of any width.
#[inline(always)]
pub fn run_if<const WIDE: bool, T: Element, R>(level: Level, body: impl FnOnce() -> R) -> R {
    match const { WIDE && is_wide(T::DTYPE) } {
        true => run(level, body),
        false => body(),
    }
}

/// Whether loops over a type are compiled for every level.
const fn is_wide(dtype: DType) -> bool {
    match dtype {
        DType::F32 => true,
        DType::F64 | DType::I64 | DType::U8 | DType::Bool => false,
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<R>(body: impl FnOnce() -> R) -> R {
    body()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl")]
fn run_avx512<R>(body: impl FnOnce() -> R) -> R {
    body()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! { static FORCED: Cell<Option<Level>> = const { Cell::new(None) } }

    /// What `with_level` asks for on this thread.
    pub(super) fn forced() -> Option<Level> {
        FORCED.get()
    }

    /// Runs `f` with `level()` giving `level` on this thread; kernels read it once, on the calling thread.
    pub(crate) fn with_level<R>(level: Level, f: impl FnOnce() -> R) -> R {
        let before = FORCED.replace(Some(level));
        let result = f();
        FORCED.set(before);
        result
    }

    /// The levels that this processor has.
    pub(crate) fn levels() -> impl Iterator<Item = Level> {
        [Level::Portable, Level::Avx2, Level::Avx512]
            .into_iter()
            .filter(|&l| l <= widest())
    }

    /// What `f` gives, after checking that it gives the same on every level, in pools of 1, 2 and 7 threads and outside of them.
    /// `R` holds bits, so that NaN compares equal to itself.
    pub(crate) fn same_everywhere<R: PartialEq + std::fmt::Debug + Send>(
        f: impl Fn() -> R + Sync,
    ) -> R {
        let expected = with_level(Level::Portable, &f);
        for level in levels() {
            let found = with_level(level, &f);
            assert!(found == expected, "{level:?} outside of a pool differs");
            for threads in [1, 2, 7] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let found = pool.install(|| with_level(level, &f));
                assert!(found == expected, "{level:?} on {threads} threads differs");
            }
        }
        expected
    }

    /// Numbers in -1..1 from a linear congruential generator.
    pub(crate) fn random(n: usize, seed: u64) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..n)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
            })
            .collect()
    }

    /// The bits of `x`.
    pub(crate) fn bits(x: &[f32]) -> Vec<u32> {
        x.iter().map(|v| v.to_bits()).collect()
    }

    #[test]
    fn requests_are_honoured_within_what_the_processor_has() {
        use Level::*;
        assert_eq!(choose(Avx512, None), Avx512);
        assert_eq!(choose(Avx512, Some("avx2")), Avx2);
        assert_eq!(choose(Avx512, Some("portable")), Portable);
        assert_eq!(choose(Avx2, Some("avx512")), Avx2);
        assert_eq!(choose(Avx2, Some("sse")), Avx2);
        assert_eq!(choose(Portable, Some("")), Portable);
    }

    #[test]
    fn run_reaches_every_level() {
        for level in levels() {
            assert_eq!(run(level, || 6 * 7), 42);
        }
    }
}
