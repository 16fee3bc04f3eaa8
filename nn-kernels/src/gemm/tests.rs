use super::*;
use crate::simd;

/// Deterministic numbers in -1..1 (a linear congruential generator, Knuth's MMIX constants).
pub struct Numbers(pub u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    pub fn vec<T: Float>(&mut self, n: usize) -> Vec<T> {
        (0..n)
            .map(|_| T::from_f64(self.next() as f64 / (1u64 << 30) as f64 - 1.0))
            .collect()
    }
}

pub trait Float: Gemm + PartialEq + std::fmt::Debug {
    const EPSILON: f64;
}

impl Float for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
}

impl Float for f64 {
    const EPSILON: f64 = f64::EPSILON;
}

/// The levels that this processor has.
pub fn levels() -> impl Iterator<Item = Level> {
    [Level::Portable, Level::Avx2, Level::Avx512]
        .into_iter()
        .filter(|&l| l <= simd::level())
}

/// `f` on 1, 2, 3 and 7 threads, which must give the same bits.
pub fn on_threads<R: PartialEq + std::fmt::Debug + Send>(f: impl Fn() -> R + Sync) -> R {
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(&f)
    };
    let result = on(1);
    for threads in [2, 3, 7] {
        assert!(
            on(threads) == result,
            "{threads} threads give other bits than one"
        );
    }
    result
}

struct Case {
    size: [usize; 3],
    /// Order of the strides of A and B: rows, columns, or neither adjacent.
    order: [usize; 2],
    /// 0: overwrite, 1: accumulate, 2: bias.
    start: usize,
    gap: usize,
}

fn strides(order: usize, rows: usize, cols: usize) -> [usize; 2] {
    match order {
        0 => [cols, 1],
        1 => [1, rows],
        2 => [cols + 3, 1],
        _ => [2 * cols + 1, 2],
    }
}

fn check<T: Float>(level: Level, case: &Case, seed: u64) -> Vec<T> {
    let mut numbers = Numbers(seed);
    let [m, n, k] = case.size;
    let mat = |order, rows: usize, cols: usize, numbers: &mut Numbers| {
        let [r, c] = strides(order, rows, cols);
        (
            numbers.vec::<T>(rows.saturating_sub(1) * r + cols.saturating_sub(1) * c + 1),
            r,
            c,
        )
    };
    let (a, ar, ac) = mat(case.order[0], m, k, &mut numbers);
    let (b, br, bc) = mat(case.order[1], k, n, &mut numbers);
    let bias: Vec<T> = numbers.vec(n);
    let ldc = n + case.gap;
    let before: Vec<T> = numbers.vec(m * ldc);
    let mut c = before.clone();
    let (am, bm) = (
        Mat {
            data: &a,
            row_stride: ar,
            col_stride: ac,
        },
        Mat {
            data: &b,
            row_stride: br,
            col_stride: bc,
        },
    );
    let start = [Start::Zero, Start::Itself, Start::Row(&bias)][case.start];
    multiply(level, case.size, am, bm, &mut c, ldc, start);
    // What is done after a product is done once to every element, and to no other.
    let mut negated = before.clone();
    let negative = |x: T| T::from_f64(-x.to_f64());
    let negate = |_: usize, x: &mut [T]| x.iter_mut().for_each(|x| *x = negative(*x));
    T::multiply_then(
        level,
        case.size,
        am,
        bm,
        &mut negated,
        ldc,
        start,
        Some(&negate),
    );
    for (i, (&was, (&is, &after))) in before.iter().zip(c.iter().zip(&negated)).enumerate() {
        let expected = if i % ldc < n { negative(is) } else { was };
        assert!(after == expected, "{level:?} {:?} at {i}", case.size);
    }
    for (i, (&was, &is)) in before.iter().zip(&c).enumerate() {
        let (i, j) = (i / ldc, i % ldc);
        if j >= n {
            assert!(was == is, "written between the rows");
            continue;
        }
        let mut sum = [T::default(), was, bias[j]][case.start].to_f64();
        let mut size = sum.abs();
        for p in 0..k {
            let product = a[i * ar + p * ac].to_f64() * b[p * br + j * bc].to_f64();
            sum += product;
            size += product.abs();
        }
        // The usual bound of a sum of k + 1 rounded products in any order (Higham, section 3.1), f64's own error included.
        let bound = 2.0 * (k + 2) as f64 * T::EPSILON * size;
        let error = (is.to_f64() - sum).abs();
        assert!(
            error <= bound,
            "{level:?} {:?} at ({i}, {j}): {is:?}, expected {sum}",
            case.size
        );
    }
    c
}

#[test]
fn agrees_with_sums_in_f64() {
    let mut numbers = Numbers(1);
    for level in levels() {
        for round in 0..400 {
            let most = [
                [4, 4, 4],
                [40, 40, 40],
                [90, 150, 70],
                [10, 10, 900],
                [3, 100, 300],
                [70, 70, 70],
                [5, 90, 200],
                [90, 5, 200],
            ][round % 8];
            let case = Case {
                size: most.map(|n| numbers.below(n + 1)),
                order: [numbers.below(4), numbers.below(4)],
                start: numbers.below(3),
                gap: numbers.below(2) * 5,
            };
            check::<f32>(level, &case, round as u64);
            check::<f64>(level, &case, round as u64);
        }
    }
}

#[test]
fn every_height_and_width_of_a_tile() {
    for level in levels() {
        for m in 1..=30 {
            for n in [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 43, 48, 49] {
                for order in [[0, 0], [1, 0]] {
                    let case = Case {
                        size: [m, n, 5],
                        order,
                        start: 0,
                        gap: 1,
                    };
                    check::<f32>(level, &case, 3);
                    check::<f64>(level, &case, 3);
                }
            }
        }
    }
}

/// Rows of B, or steps of A, that are pages apart; a B that is packed by all tasks, at once and in slabs.
#[test]
fn operands_that_are_packed() {
    for level in levels() {
        for (size, order) in [
            ([270, 1024, 20], [0, 0]),
            ([780, 512, 10], [0, 0]),
            ([1024, 10, 70], [1, 0]),
            ([1024, 70, 40], [1, 1]),
            ([1, 1024, 100], [0, 0]),
            ([1024, 1, 100], [1, 3]),
            ([1, 1, 100], [3, 3]),
            ([300, 300, 90], [0, 3]),
            ([200, 1024, 150], [1, 0]),
        ] {
            for start in 0..3 {
                let case = Case {
                    size,
                    order,
                    start,
                    gap: 0,
                };
                check::<f32>(level, &case, 11);
                check::<f64>(level, &case, 11);
            }
        }
    }
    let slabs = Case {
        size: [112, 1200, 4000],
        order: [0, 1],
        start: 2,
        gap: 0,
    };
    check::<f32>(simd::level(), &slabs, 11);
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for level in levels() {
        for size in [
            [300, 200, 150],
            [1000, 64, 288],
            [70, 100, 6000],
            [5, 9, 20000],
            [1, 2000, 900],
            [2000, 3, 900],
        ] {
            for order in [[0, 0], [1, 0], [0, 1]] {
                let case = Case {
                    size,
                    order,
                    start: 1,
                    gap: 0,
                };
                on_threads(|| check::<f32>(level, &case, 7));
            }
        }
        for order in [[0, 0], [3, 1]] {
            for start in 0..3 {
                let case = Case {
                    size: [130, 200, 1200],
                    order,
                    start,
                    gap: 3,
                };
                on_threads(|| check::<f64>(level, &case, 7));
            }
        }
    }
}

#[test]
fn agrees_with_matrixmultiply() {
    let [m, n, k] = [257, 129, 311];
    let mut numbers = Numbers(5);
    let (a, b): (Vec<f64>, Vec<f64>) = (numbers.vec(m * k), numbers.vec(k * n));
    let (mut ours, mut theirs) = (vec![0.0; m * n], vec![0.0; m * n]);
    let mat = |data, row_stride| Mat {
        data,
        row_stride,
        col_stride: 1,
    };
    f64::gemm(m, n, k, mat(&a, k), mat(&b, n), &mut ours, n, false);
    // SAFETY: the slices have m × k, k × n and m × n elements.
    unsafe {
        let strides = [k as isize, n as isize];
        let (a, b, c) = (a.as_ptr(), b.as_ptr(), theirs.as_mut_ptr());
        matrixmultiply::dgemm(
            m, k, n, 1.0, a, strides[0], 1, b, strides[1], 1, 0.0, c, strides[1], 1,
        );
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        // Two orders of a sum of k products below 1.
        assert!((ours - theirs).abs() <= 2.0 * (k * k) as f64 * f64::EPSILON);
    }
}

#[test]
#[should_panic(expected = "A: 3 × 4 with strides 4 and 1 needs 12 elements, found 11")]
fn a_short_operand_is_refused() {
    let mat = |data, row_stride| Mat {
        data,
        row_stride,
        col_stride: 1,
    };
    f32::gemm(
        3,
        2,
        4,
        mat(&[0.0; 11], 4),
        mat(&[0.0; 8], 2),
        &mut [0.0; 6],
        2,
        false,
    );
}
