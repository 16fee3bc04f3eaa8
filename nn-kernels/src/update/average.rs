//! What goes with the step of any optimizer: sums of gradients, averages of parameters, steps that were computed elsewhere.

use super::super::math::Float;
use super::update;

/// `sum += g`.
pub fn accumulate<T: Float>(sum: &mut [T], g: &[T]) {
    update(sum, g, [], |sum, g, []| (sum + g, []));
}

/// `average = momentum · average + (1 - momentum) · p`.
pub fn moving_average<T: Float>(momentum: f64, average: &mut [T], p: &[T]) {
    let [momentum, rest] = [momentum, 1.0 - momentum].map(T::from_f64);
    update(average, p, [], |average, p, []| {
        (momentum * average + rest * p, [])
    });
}

/// `p -= p · shrink`, then `p -= rate · step`.
pub fn descend<T: Float>(shrink: f64, rate: f64, p: &mut [T], step: &[T]) {
    let [shrink, rate] = [shrink, rate].map(T::from_f64);
    update(p, step, [], |p, step, []| {
        (p - p * shrink - rate * step, [])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn sums_averages_and_steps() {
        check(
            "sum",
            |p, g, _, _, _| accumulate(p, g),
            |p, g, s| (p + g, s),
        );
        check(
            "average",
            |p, g, _, _, _| moving_average(0.9, p, g),
            |p, g, s| (0.9 * p + 0.1 * g, s),
        );
        check(
            "step",
            |p, g, _, _, _| descend(0.25, 0.5, p, g),
            |p, g, s| (0.75 * p - 0.5 * g, s),
        );
    }
}
