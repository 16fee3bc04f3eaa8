//! Fourier transforms of rows, by rustfft, in `f64`.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// The discrete Fourier transform of each row of `n` complex numbers, in place: `Σⱼ xⱼ e^(-2πi jk/n)`, or of `+2πi` without a factor if
/// `inverse`.
pub fn transform(real: &mut [f64], imaginary: &mut [f64], n: usize, inverse: bool) {
    if n == 0 {
        return;
    }
    let mut planner = FftPlanner::new();
    let plan = if inverse { planner.plan_fft_inverse(n) } else { planner.plan_fft_forward(n) };
    let rows = real.chunks_exact_mut(n).zip(imaginary.chunks_exact_mut(n));
    let mut row = vec![Complex::new(0.0, 0.0); n];
    let mut scratch = vec![Complex::new(0.0, 0.0); plan.get_inplace_scratch_len()];
    for (real, imaginary) in rows {
        row.iter_mut().zip(real.iter().zip(&*imaginary)).for_each(|(z, (&re, &im))| *z = Complex::new(re, im));
        plan.process_with_scratch(&mut row, &mut scratch);
        row.iter().zip(real.iter_mut().zip(imaginary)).for_each(|(z, (re, im))| (*re, *im) = (z.re, z.im));
    }
}

#[cfg(test)]
mod tests {
    use super::transform;

    #[test]
    fn agrees_with_the_sum() {
        for n in [1, 2, 3, 5, 8, 12] {
            let x: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 1.7).sin()).collect();
            let (mut re, mut im) = (x.clone(), vec![0.0; 2 * n]);
            transform(&mut re, &mut im, n, false);
            for row in 0..2 {
                for k in 0..n {
                    let angle = |j: usize| -std::f64::consts::TAU * (j * k) as f64 / n as f64;
                    let a: f64 = (0..n).map(|j| x[row * n + j] * angle(j).cos()).sum();
                    let b: f64 = (0..n).map(|j| x[row * n + j] * angle(j).sin()).sum();
                    // Sums of a dozen numbers up to 1.
                    assert!((re[row * n + k] - a).abs() < 1e-13 && (im[row * n + k] - b).abs() < 1e-13);
                }
            }
            transform(&mut re, &mut im, n, true);
            assert!(re.iter().zip(&x).all(|(a, b)| (a / n as f64 - b).abs() < 1e-13));
        }
    }
}
