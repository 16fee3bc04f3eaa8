//! Quantiles of more numbers than are kept, as Keras's `Discretization` finds them.

use nn_core::__private::memory;
use nn_core::Result;

/// A few of many sorted numbers, each with how many it stands for.
#[derive(Clone, Default)]
pub(crate) struct Summary {
    values: Vec<f32>,
    weights: Vec<f32>,
}

impl Summary {
    /// Of all numbers, each `epsilon`-th part of them at least one.
    pub fn of(mut values: Vec<f32>, epsilon: f64) -> Summary {
        values.sort_unstable_by(f32::total_cmp);
        let step = (values.len() as f64 / (1.0 / epsilon)).max(1.0);
        // As many steps as are whole, from the end of the first one on.
        let first = (step - 1.0) as usize;
        let values: Vec<f32> = values
            .iter()
            .skip(first)
            .step_by(step as usize)
            .copied()
            .collect();
        let weights = vec![step as f32; values.len()];
        Summary { values, weights }
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Of both, no longer than `epsilon` asks for.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub fn merge(&self, other: &Summary, epsilon: f64) -> Result<Summary> {
        // Pairs, as much again to sort them, and what `compress` makes of them.
        let count = self.values.len() + other.values.len();
        memory::room::<[f64; 8]>(count).map(drop)?;
        let all = |s: &Summary| -> Vec<(f32, f32)> {
            let values = s.values.iter().copied();
            values.zip(s.weights.iter().copied()).collect()
        };
        let mut merged = [all(self), all(other)].concat();
        merged.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (values, weights) = merged.into_iter().unzip();
        Ok(Summary { values, weights }.compress(epsilon))
    }

    /// The numbers between `bins` parts of about the same weight.
    pub fn boundaries(&self, bins: usize) -> Vec<f64> {
        let all = self.compress(1.0 / bins as f64).values;
        let (_, boundaries) = all.split_last().expect("at least one number");
        boundaries.iter().copied().map(f64::from).collect()
    }

    fn compress(&self, epsilon: f64) -> Summary {
        if (self.values.len() as f64) * epsilon < 1.0 {
            return self.clone();
        }
        let mut sum = 0.0;
        let sums: Vec<f32> = self
            .weights
            .iter()
            .map(|w| {
                sum += w;
                sum
            })
            .collect();
        let shares: Vec<f64> = sums.iter().map(|s| f64::from(s / sum)).collect();
        let values: Vec<f64> = self.values.iter().copied().map(f64::from).collect();
        let sums: Vec<f64> = sums.into_iter().map(f64::from).collect();
        let count = (1.0 / epsilon).ceil() as usize;
        let percents = (0..count).map(|i| epsilon + i as f64 * epsilon);
        let mut compressed = Summary::default();
        let mut before = 0.0;
        for percent in percents {
            let so_far = interpolate(percent, &shares, &sums);
            compressed
                .values
                .push(interpolate(percent, &shares, &values) as f32);
            compressed.weights.push((so_far - before) as f32);
            before = so_far;
        }
        compressed
    }
}

/// The value at `x` of the line through points in order of `xs`; beyond the ends that of the last one. As NumPy's `interp`.
fn interpolate(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let last = xs.len() - 1;
    // The last point that is not after `x`.
    let after = xs.partition_point(|&p| p <= x);
    match after.checked_sub(1) {
        None => ys[0],
        Some(i) if i == last || xs[i] == x => ys[i],
        Some(i) => (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) * (x - xs[i]) + ys[i],
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn parts_of_even_numbers_are_even() {
        let summary = Summary::of((0..1000).map(|i| i as f32).collect(), 0.01);
        assert_eq!(summary.values.len(), 100);
        let boundaries = summary.boundaries(4);
        for (found, expected) in boundaries.iter().zip([250.0, 500.0, 750.0]) {
            assert!((found - expected).abs() <= 10.0, "{boundaries:?}");
        }
    }

    #[test]
    fn parts_of_many_equal_numbers_are_those() {
        let summary = Summary::of(vec![2.0; 50], 0.1);
        assert_eq!(summary.boundaries(3), [2.0, 2.0]);
        assert!(Summary::of(vec![3.0], 0.01).boundaries(4).is_empty());
    }
}
