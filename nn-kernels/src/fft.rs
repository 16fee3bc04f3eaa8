//! Fourier transforms of rows, in `f64`.

use crate::memory;
use crate::parallel::for_each_chunk;
use std::f64::consts::TAU;

/// A complex number, real part first.
type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// `e^(2πi part / whole)`, by the least angle, which is the most exact.
fn turn(part: usize, whole: usize) -> Complex {
    let (sine, cosine) = (TAU * (part % whole) as f64 / whole as f64).sin_cos();
    (cosine, sine)
}

/// The greatest prime factor whose sums are made number by number; of greater ones a convolution is faster.
const GREATEST: usize = 100;

/// The longest rows of which several are transformed at once, each with memory of its own.
const SHORT: usize = 1 << 16;

/// What transforms of `n` numbers have in common.
struct Plan {
    /// The prime factors of `n`, the least first.
    factors: Vec<usize>,
    /// `e^(±2πi k/n)`.
    turns: Vec<Complex>,
}

impl Plan {
    fn new(n: usize, inverse: bool) -> Plan {
        let turned = |k| {
            let (re, im) = turn(k, n);
            (re, if inverse { im } else { -im })
        };
        Plan {
            factors: factors(n),
            turns: memory::collected((0..n).map(turned)),
        }
    }

    /// `out` becomes the transform of `x`; `work` is as long.
    fn run(&self, x: &[Complex], out: &mut [Complex], work: &mut [Complex]) {
        self.divide(&self.factors, x, 1, out, work);
    }

    /// The transform of every `step`-th number: the sums over the numbers of each remainder by the first prime factor (Cooley and Tukey
    /// 1965), brought together.
    fn divide(
        &self,
        factors: &[usize],
        x: &[Complex],
        step: usize,
        out: &mut [Complex],
        parts: &mut [Complex],
    ) {
        let n = out.len();
        let Some((&factor, factors)) = factors.split_first() else {
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = x);
            return;
        };
        let rest = n / factor;
        let both = parts.chunks_exact_mut(rest).zip(out.chunks_exact_mut(rest));
        for (r, (part, work)) in both.enumerate() {
            match rest {
                1 => part[0] = x[r * step],
                _ => self.divide(factors, &x[r * step..], step * factor, part, work),
            }
        }
        // A turn by 1/n is one by so many of all.
        let unit = self.turns.len() / n;
        if factor == 2 {
            let (first, second) = parts.split_at(rest);
            let (low, high) = out.split_at_mut(rest);
            for k in 0..rest {
                let (a, b) = (first[k], times(second[k], self.turns[k * unit]));
                low[k] = (a.0 + b.0, a.1 + b.1);
                high[k] = (a.0 - b.0, a.1 - b.1);
            }
            return;
        }
        for (q, out) in out.chunks_exact_mut(rest).enumerate() {
            for (i, out) in out.iter_mut().enumerate() {
                let (k, mut turned, mut sum) = (q * rest + i, 0, parts[i]);
                for r in 1..factor {
                    turned += k;
                    turned -= if turned >= n { n } else { 0 };
                    let part = times(parts[r * rest + i], self.turns[turned * unit]);
                    sum = (sum.0 + part.0, sum.1 + part.1);
                }
                *out = sum;
            }
        }
    }
}

/// A transform as a convolution with a chirp, for numbers with a great prime factor (Bluestein 1970):
/// `jk = (j² + k² - (k - j)²) / 2`.
struct Chirp {
    /// `e^(±πi j²/n)`.
    chirp: Vec<Complex>,
    /// The transform of its conjugate around 0, as long as a power of two that holds the convolution.
    kernel: Vec<Complex>,
    there: Plan,
    back: Plan,
}

impl Chirp {
    fn new(n: usize, inverse: bool) -> Chirp {
        let whole = padded(n);
        let (there, back) = (Plan::new(whole, false), Plan::new(whole, true));
        let turned = |j: usize| {
            // j² modulo 2n, which turns as far, in numbers that do not overflow.
            let square = (j as u128 * j as u128 % (2 * n as u128)) as usize;
            let (re, im) = turn(square, 2 * n);
            (re, if inverse { im } else { -im })
        };
        let chirp = memory::collected((0..n).map(turned));
        let mut around = memory::filled((0.0, 0.0), whole);
        for (j, &(re, im)) in chirp.iter().enumerate() {
            around[j] = (re, -im);
            around[(whole - j) % whole] = (re, -im);
        }
        let [mut kernel, mut work] = [(); 2].map(|()| memory::filled((0.0, 0.0), whole));
        there.run(&around, &mut kernel, &mut work);
        Chirp {
            chirp,
            kernel,
            there,
            back,
        }
    }

    fn run(&self, x: &[Complex], out: &mut [Complex]) {
        let whole = self.kernel.len();
        let [mut a, mut b, mut work] = [(); 3].map(|()| memory::filled((0.0, 0.0), whole));
        let turned = x.iter().zip(&self.chirp).map(|(&x, &turn)| times(x, turn));
        a.iter_mut().zip(turned).for_each(|(a, x)| *a = x);
        self.there.run(&a, &mut b, &mut work);
        b.iter_mut()
            .zip(&self.kernel)
            .for_each(|(b, &k)| *b = times(*b, k));
        self.back.run(&b, &mut a, &mut work);
        for (out, (&a, &turn)) in out.iter_mut().zip(a.iter().zip(&self.chirp)) {
            let (re, im) = times(a, turn);
            *out = (re / whole as f64, im / whole as f64);
        }
    }
}

enum Way {
    Factors(Plan),
    Convolution(Chirp),
}

/// The prime factors of a number, the least first.
fn factors(mut n: usize) -> Vec<usize> {
    let mut factors = Vec::new();
    let mut factor = 2;
    while n > 1 {
        match n.is_multiple_of(factor) {
            true => {
                factors.push(factor);
                n /= factor;
            }
            false if factor > n / factor => factor = n,
            false => factor += 1,
        }
    }
    factors
}

/// The least power of two that holds the convolution of two times `n` numbers.
fn padded(n: usize) -> usize {
    n.saturating_mul(2)
        .checked_next_power_of_two()
        .unwrap_or(usize::MAX)
}

fn has_great_factor(n: usize) -> bool {
    factors(n).last().is_some_and(|&factor| factor > GREATEST)
}

/// How many numbers of 64 bits [`transform`] holds beside its rows of `n`.
pub fn work(n: usize) -> usize {
    // To look for the factors of a length that no memory holds would take long.
    match n < 1 << 40 && has_great_factor(n) {
        // Two plans, the kernel and three rows of complex numbers; the chirp, the row and its result.
        true => padded(n)
            .saturating_mul(12)
            .saturating_add(n.saturating_mul(6)),
        // The turns, the row, its result and its parts.
        false => n.saturating_mul(8),
    }
}

/// The discrete Fourier transform of each row of `n` complex numbers, in place: `Σⱼ xⱼ e^(-2πi jk/n)`, or of `+2πi` without a factor if
/// `inverse`. Its time is `n log n`, whatever `n`.
pub fn transform(real: &mut [f64], imaginary: &mut [f64], n: usize, inverse: bool) {
    if n == 0 || real.is_empty() {
        return;
    }
    let way = match has_great_factor(n) {
        true => Way::Convolution(Chirp::new(n, inverse)),
        false => Way::Factors(Plan::new(n, inverse)),
    };
    let rows = real.chunks_exact_mut(n).zip(imaginary.chunks_exact_mut(n));
    let mut rows = memory::collected(rows);
    // A row takes some nanoseconds a number; of long ones each has memory of its own, and one at a time must do.
    let grain = if n > SHORT {
        rows.len()
    } else {
        (SHORT / 8 / n).max(1)
    };
    for_each_chunk(&mut rows, grain, |_, rows| {
        let [mut out, mut work] = [(); 2].map(|()| memory::filled((0.0, 0.0), n));
        for (real, imaginary) in rows {
            let row = real.iter().copied().zip(imaginary.iter().copied());
            let row = memory::collected(row);
            match &way {
                Way::Factors(plan) => plan.run(&row, &mut out, &mut work),
                Way::Convolution(chirp) => chirp.run(&row, &mut out),
            }
            let parts = real.iter_mut().zip(imaginary.iter_mut());
            parts.zip(&out).for_each(|((re, im), o)| (*re, *im) = *o);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::transform;

    #[test]
    fn agrees_with_the_sum() {
        for n in [1, 2, 3, 5, 8, 12, 30, 49, 101, 2 * 103, 128] {
            let x: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 1.7).sin()).collect();
            let (mut re, mut im) = (x.clone(), vec![0.0; 2 * n]);
            transform(&mut re, &mut im, n, false);
            for row in 0..2 {
                for k in 0..n {
                    let angle = |j: usize| -std::f64::consts::TAU * (j * k % n) as f64 / n as f64;
                    let a: f64 = (0..n).map(|j| x[row * n + j] * angle(j).cos()).sum();
                    let b: f64 = (0..n).map(|j| x[row * n + j] * angle(j).sin()).sum();
                    // Sums of some dozens of numbers up to 1, or of some hundreds.
                    let near = if n < 100 { 1e-13 } else { 1e-12 };
                    assert!(
                        (re[row * n + k] - a).abs() < near && (im[row * n + k] - b).abs() < near
                    );
                }
            }
            transform(&mut re, &mut im, n, true);
            assert!(
                re.iter()
                    .zip(&x)
                    .all(|(a, b)| (a / n as f64 - b).abs() < 1e-13)
            );
        }
        transform(&mut [], &mut [], 0, false);
    }
}
