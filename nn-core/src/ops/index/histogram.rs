//! How many elements lie in each of equal bins.

use crate::ops::elementwise::{float, where_};
use crate::ops::index::scatter_add;
use crate::{DType, Error, Tensor, is_known};

impl Tensor {
    /// How many elements lie in each of `bins` equal parts from the least element to the greatest, and the edges of these: counts `[bins]` and
    /// edges `[bins + 1]`, both of the tensor's type (integers as `f32`). A bin has its lower edge, the last one the upper one too.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (counts, edges) = Tensor::from([1.0_f32, 2.0, 3.0, 4.0, 5.0]).histogram(2);
    /// assert_eq!(counts.to_vec::<f32>()?, [2.0, 3.0]);
    /// assert_eq!(edges.to_vec::<f32>()?, [1.0, 3.0, 5.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn histogram(&self, bins: usize) -> (Tensor, Tensor) {
        histogram(self, bins, None)
    }

    /// As [`Tensor::histogram`] of a range, from a number up to another; elements outside are left out.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (counts, edges) = Tensor::from([1.0_f32, 2.0, 9.0]).histogram_with(2, (0.0, 4.0));
    /// assert_eq!(counts.to_vec::<f32>()?, [1.0, 1.0]);
    /// assert_eq!(edges.to_vec::<f32>()?, [0.0, 2.0, 4.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn histogram_with(&self, bins: usize, range: (f64, f64)) -> (Tensor, Tensor) {
        histogram(self, bins, Some(range))
    }
}

#[track_caller]
fn histogram(x: &Tensor, bins: usize, range: Option<(f64, f64)>) -> (Tensor, Tensor) {
    let x = float(x);
    let wrong = match range {
        _ if bins == 0 || !is_known(bins) => Some(format!(
            "a histogram needs at least 1 bin and fewer than 2³⁴, found {bins}"
        )),
        Some((low, high)) if !(low <= high && (high - low).is_finite()) => Some(format!(
            "the range of a histogram goes from a number up to another, found {low} to {high}"
        )),
        _ => None,
    };
    if let Some(message) = wrong {
        let failed = x.fail("histogram", Error::value(message));
        return (failed.clone(), failed);
    }
    let number = |v: f64| Tensor::full_of([], v, x.dtype());
    let (low, high) = match range {
        Some((low, high)) => (number(low), number(high)),
        None if x.error().is_none() && x.raw_shape().is_empty() => (number(0.0), number(1.0)),
        None => (x.min(), x.max()),
    };
    // A range of one number is made one of width 1.
    let one = low.equal(&high);
    let (low, high) = (
        where_(&one, &low - 0.5, &low),
        where_(&one, &high + 0.5, &high),
    );
    // As NumPy's, in f64: whole numbers are edges of bins of width 1, and counted in the bin above.
    let places = Tensor::arange(bins + 1);
    let [from, to] = [&low, &high].map(|end| end.cast(DType::F64));
    let edges = places.cast(DType::F64) * ((to - &from) / bins as f64) + from;
    let edges = where_(places.equal(bins), &high, edges.cast(x.dtype())).stop_gradient();
    let flat = x.reshape([x.raw_shape().num_elements()]);
    let bin = flat.digitize(&edges) - 1;
    let bin = where_(flat.equal(&high), bins - 1, bin);
    // What lies outside has a bin of its own.
    let inside = flat.greater_equal(&low).logical_and(flat.less_equal(&high));
    let bin = where_(inside, bin.clip(0.0, bins as f64 - 1.0), bins).cast(DType::I64);
    let counts = scatter_add([bins + 1], &bin, &flat.ones_like());
    (counts.slice(0..bins), edges)
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor};

    #[test]
    fn of_odd_values() {
        let x = Tensor::from([f64::NAN, -1.0, 0.0, 3.0, 6.0, f64::INFINITY]);
        let (counts, edges) = x.histogram_with(2, (0.0, 6.0));
        assert_eq!(counts.to_vec::<f64>().unwrap(), [1.0, 2.0]);
        assert_eq!(edges.to_vec::<f64>().unwrap(), [0.0, 3.0, 6.0]);
        let (counts, edges) = Tensor::from([2_i64, 2]).histogram(2);
        assert_eq!(
            (counts.data::<f32>(), edges.data::<f32>()),
            (&[0.0, 2.0][..], &[1.5, 2.0, 2.5][..])
        );
        assert_eq!(
            Tensor::zeros([0]).histogram(3).0.to_vec::<f32>().unwrap(),
            [0.0; 3]
        );
        // Whole numbers in bins of width 1, each counted in its own; the last bin has two.
        for low in -12..3_i64 {
            for bins in 1..13_usize {
                let numbers: Vec<i64> = (low..=low + bins as i64).collect();
                let mut expected = vec![1.0_f64; bins];
                expected[bins - 1] = 2.0;
                let x = Tensor::from(numbers);
                for dtype in [DType::F32, DType::F64] {
                    let (counts, edges) = x.cast(dtype).histogram(bins);
                    let counts = counts.cast(DType::F64).to_vec::<f64>().unwrap();
                    assert_eq!(counts, expected, "{dtype} from {low}");
                    assert!(edges.equal(&x).all().item::<bool>().unwrap());
                }
            }
        }
        assert!(x.histogram(0).0.error().is_some());
        assert!(x.histogram_with(1, (2.0, 1.0)).1.error().is_some());
    }
}
