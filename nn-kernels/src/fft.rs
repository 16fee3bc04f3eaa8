//! Fourier transforms of rows, in `f64`.

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

/// The transform `Σⱼ xⱼ e^(±2πi jk/n)` of every `step`-th number: the sums over the numbers of each remainder by the least prime factor
/// first (Cooley and Tukey 1965), whose results `turns` brings together. `turns[k]` is `e^(±2πi k / all)`.
fn divide(x: &[Complex], step: usize, turns: &[Complex], out: &mut [Complex]) {
    let n = out.len();
    let factor = (2..)
        .take_while(|p| p * p <= n)
        .find(|p| n.is_multiple_of(*p))
        .unwrap_or(n);
    if n <= 1 {
        out.iter_mut().for_each(|o| *o = x[0]);
        return;
    }
    let rest = n / factor;
    let mut parts = vec![(0.0, 0.0); n];
    for (r, part) in parts.chunks_exact_mut(rest).enumerate() {
        divide(&x[r * step..], step * factor, turns, part);
    }
    // A turn by 1/n is one by so many of all.
    let unit = turns.len() / n;
    for (k, o) in out.iter_mut().enumerate() {
        *o = (0..factor).fold((0.0, 0.0), |sum, r| {
            let part = times(parts[r * rest + k % rest], turns[r * k % n * unit]);
            (sum.0 + part.0, sum.1 + part.1)
        });
    }
}

/// The discrete Fourier transform of each row of `n` complex numbers, in place: `Σⱼ xⱼ e^(-2πi jk/n)`, or of `+2πi` without a factor if
/// `inverse`. Its time is `n` times the sum of the prime factors of `n`.
pub fn transform(real: &mut [f64], imaginary: &mut [f64], n: usize, inverse: bool) {
    let turns: Vec<Complex> = (0..n)
        .map(|k| {
            let (re, im) = turn(k, n);
            (re, if inverse { im } else { -im })
        })
        .collect();
    let mut out = vec![(0.0, 0.0); n];
    let rows = real
        .chunks_exact_mut(n.max(1))
        .zip(imaginary.chunks_exact_mut(n.max(1)));
    for (real, imaginary) in rows {
        let row: Vec<Complex> = real
            .iter()
            .copied()
            .zip(imaginary.iter().copied())
            .collect();
        divide(&row, 1, &turns, &mut out);
        real.iter_mut()
            .zip(imaginary)
            .zip(&out)
            .for_each(|((re, im), o)| (*re, *im) = *o);
    }
}

#[cfg(test)]
mod tests {
    use super::transform;

    #[test]
    fn agrees_with_the_sum() {
        for n in [1, 2, 3, 5, 8, 12, 30, 49] {
            let x: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 1.7).sin()).collect();
            let (mut re, mut im) = (x.clone(), vec![0.0; 2 * n]);
            transform(&mut re, &mut im, n, false);
            for row in 0..2 {
                for k in 0..n {
                    let angle = |j: usize| -std::f64::consts::TAU * (j * k % n) as f64 / n as f64;
                    let a: f64 = (0..n).map(|j| x[row * n + j] * angle(j).cos()).sum();
                    let b: f64 = (0..n).map(|j| x[row * n + j] * angle(j).sin()).sum();
                    // Sums of some dozens of numbers up to 1.
                    assert!(
                        (re[row * n + k] - a).abs() < 1e-13 && (im[row * n + k] - b).abs() < 1e-13
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
