//! What the benches of kernels share: how fast the processor could be at most, and a line that says how near an operation comes.

use criterion::Criterion;
use nn_kernels::simd::{self, Level};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What an operation does, to say how fast it is.
#[derive(Clone, Copy)]
#[allow(dead_code)] // A bench uses one of them.
pub enum Work {
    /// Multiplications and additions.
    Flops(usize),
    /// Bytes read and written, each once.
    Bytes(usize),
}

/// The most that one thread does in a second.
struct Peak {
    flops: f64,
    bytes: f64,
}

fn peak() -> &'static Peak {
    static PEAK: OnceLock<Peak> = OnceLock::new();
    PEAK.get_or_init(|| {
        let peak = Peak {
            flops: best(2_000, fused),
            bytes: best(200, copied),
        };
        println!(
            "peak of one thread: {:.1} GFLOP/s of fused multiply-adds, {:.1} GB/s of copying",
            peak.flops / 1e9,
            peak.bytes / 1e9
        );
        peak
    })
}

/// The highest rate in several tries of what returns an amount and its time.
fn best(tries: usize, run: impl Fn() -> (f64, Duration)) -> f64 {
    (0..tries)
        .map(|_| run())
        .map(|(amount, time)| amount / time.as_secs_f64())
        .fold(0.0, f64::max)
}

/// Multiplications followed by additions, some microseconds of them, so that other programs leave a try alone. A fused multiply-add takes
/// the time of either, so it does twice as much.
fn fused() -> (f64, Duration) {
    const ROUNDS: usize = 2_000;
    fn rounds<const N: usize>(level: Level) -> (f64, Duration) {
        let (mut sums, a, b) = ([1.0_f32; N], black_box(0.999_f32), black_box(0.001_f32));
        let start = Instant::now();
        simd::run(
            level,
            #[inline(always)]
            || {
                // A copy of its own can stay in registers.
                let mut own = sums;
                for _ in 0..ROUNDS {
                    for sum in &mut own {
                        *sum = *sum * a + b;
                    }
                }
                sums = own;
            },
        );
        let time = start.elapsed();
        black_box(sums);
        (2.0 * 2.0 * (N * ROUNDS) as f64, time)
    }
    // Twelve vectors: eight would do for the latency of both operations on two ports, if none were ever late.
    match simd::level() {
        Level::Avx512 => rounds::<192>(Level::Avx512),
        Level::Avx2 => rounds::<96>(Level::Avx2),
        Level::Portable => rounds::<48>(Level::Portable),
    }
}

/// A copy of 16 MB, what the larger results of layers take: more than the second cache holds.
fn copied() -> (f64, Duration) {
    thread_local!(static BUFFERS: (Vec<f32>, Cell<Vec<f32>>) = (vec![1.0; 1 << 22], Cell::new(vec![0.0; 1 << 22])));
    BUFFERS.with(|(from, to)| {
        let mut out = to.take();
        let start = Instant::now();
        out.copy_from_slice(black_box(from));
        let time = start.elapsed();
        to.set(out);
        ((2 * size_of_val(&from[..])) as f64, time)
    })
}

/// The settings of all benches: short, since the fastest run is what counts. One thread, unless `RAYON_NUM_THREADS` says otherwise.
pub fn criterion() -> Criterion {
    if std::env::var_os("RAYON_NUM_THREADS").is_none() {
        // Only the first call can; the others find one thread already.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build_global();
    }
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args()
}

/// Measures `run` under `name`, and prints what its fastest run achieved, and which share of the peak of one thread that is.
pub fn measure<R>(c: &mut Criterion, name: &str, work: Work, mut run: impl FnMut() -> R) {
    let fastest = Cell::new(f64::INFINITY);
    c.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            let mut total = Duration::ZERO;
            for _ in 0..count {
                let start = Instant::now();
                black_box(run());
                let time = start.elapsed();
                fastest.set(fastest.get().min(time.as_secs_f64()));
                total += time;
            }
            total
        });
    });
    // Filtered out, or run once as a test.
    if fastest.get().is_infinite() || std::env::args().any(|a| a == "--test") {
        return;
    }
    let (rate, unit, peak) = match work {
        Work::Flops(n) => (n as f64 / fastest.get(), "GFLOP/s", peak().flops),
        Work::Bytes(n) => (n as f64 / fastest.get(), "GB/s", peak().bytes),
    };
    println!(
        "{name}: {:.2} µs at best, {:.1} {unit}, {:.0} % of the peak of one thread\n",
        fastest.get() * 1e6,
        rate / 1e9,
        rate / peak * 100.0
    );
}

/// Numbers from a normal distribution.
pub fn random(shape: impl Into<nn::Shape>) -> nn::Tensor {
    nn::random::normal(shape, 0.0, 1.0, nn::DType::F32)
}

/// Has a value computed that waits for its first reader: a normalization, or a product or a convolution that no tape watches.
#[allow(dead_code)] // Few benches need it.
pub fn read(y: nn::Tensor) -> f32 {
    y.data()[0]
}

/// The main function of a bench.
#[macro_export]
macro_rules! benches {
    ($($bench:path),+ $(,)?) => {
        fn main() {
            let mut c = support::criterion();
            $($bench(&mut c);)+
            c.final_summary();
        }
    };
}
