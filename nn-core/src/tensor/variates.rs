//! Single numbers of distributions that take several attempts, each from a key of its own.

use super::random::{bits, standard_normal, unit_f64};

/// A number of the gamma distribution of shape `alpha` and scale 1 (Marsaglia and Tsang 2000), from a key of its own.
pub(super) fn gamma(own: u64, alpha: f64) -> f64 {
    if alpha < 1.0 {
        // Of the next shape, times a power of a uniform number.
        let u = 1.0 - unit_f64(own, u64::MAX);
        return gamma(own, alpha + 1.0) * u.powf(1.0 / alpha);
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let attempts = (0_u64..).map(|attempt| {
        let x = standard_normal(own, 2 * attempt);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - unit_f64(own, 4 * attempt + 2);
        (v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln()).then_some(d * v)
    });
    attempts
        .into_iter()
        .flatten()
        .next()
        .expect("attempts do not end")
}

/// A number of the beta distribution, from a key of its own.
pub(super) fn beta(own: u64, a: f64, b: f64) -> f64 {
    let (first, second) = (bits(own, 0), bits(own, 1));
    if a < 1.0 && b < 1.0 {
        // Both may be too small for a number, while their ratio is not.
        return 1.0 / (1.0 + (ln_gamma(second, b) - ln_gamma(first, a)).exp());
    }
    let (x, y) = (gamma(first, a), gamma(second, b));
    x / (x + y)
}

/// The logarithm of [`gamma`] for a shape below 1.
fn ln_gamma(own: u64, alpha: f64) -> f64 {
    let u = 1.0 - unit_f64(own, u64::MAX);
    // So that the quotient is finite.
    gamma(own, alpha + 1.0).ln() + u.ln() / alpha.max(1e-300)
}

/// How many of `count` attempts succeed, from a key of its own: of many attempts the middle one of as many sorted uniform numbers is drawn,
/// which leaves half of them (Ahrens and Dieter 1974).
pub(super) fn binomial(own: u64, mut count: u64, mut probability: f64) -> u64 {
    let (mut successes, mut round) = (0, 0);
    while count > 32 {
        let middle = 1 + count / 2;
        let at = beta(bits(own, round), middle as f64, (count - middle + 1) as f64);
        round += 1;
        if at >= probability {
            count = middle - 1;
            probability /= at;
        } else {
            successes += middle;
            count -= middle;
            probability = (probability - at) / (1.0 - at);
        }
    }
    let rest = bits(own, round);
    successes
        + (0..count)
            .filter(|&i| unit_f64(rest, i) < probability)
            .count() as u64
}
