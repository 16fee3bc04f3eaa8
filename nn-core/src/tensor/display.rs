//! How tensors print: `Tensor([0.5, 2.0], shape=[2], dtype=f32)`.

use super::Tensor;
use crate::Element;
use std::fmt;

/// Elements at each end of an axis that is too long to print.
const EDGE: usize = 3;

/// The most elements that are printed in full.
const FULL: usize = 1000;

fn write_axis<T: fmt::Debug>(
    f: &mut fmt::Formatter<'_>,
    data: &[T],
    dims: &[usize],
    short: bool,
    indent: usize,
) -> fmt::Result {
    let Some((&n, inner)) = dims.split_first() else {
        return write!(f, "{:?}", data[0]);
    };
    let stride: usize = inner.iter().fold(1, |n: usize, &d| n.saturating_mul(d));
    f.write_str("[")?;
    let mut first = true;
    for i in 0..n {
        if short && n > 2 * EDGE && (EDGE..n - EDGE).contains(&i) {
            if i == EDGE {
                f.write_str(", ...")?;
            }
            continue;
        }
        if !first {
            f.write_str(",")?;
            match inner.is_empty() {
                true => f.write_str(" ")?,
                false => write!(f, "\n{:indent$}", "", indent = indent + 1)?,
            }
        }
        first = false;
        write_axis(
            f,
            &data[i * stride..(i + 1) * stride],
            inner,
            short,
            indent + 1,
        )?;
    }
    f.write_str("]")
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = self.error() {
            return write!(f, "Tensor(failed: {error})");
        }
        let (shape, dtype) = (self.shape(), self.dtype());
        f.write_str("Tensor(")?;
        if self.is_concrete() {
            crate::with_dtype!(dtype, T => write_elements::<T>(f, self))?;
            f.write_str(", ")?;
        }
        write!(f, "shape={shape}, dtype={dtype})")
    }
}

fn write_elements<T: Element>(f: &mut fmt::Formatter<'_>, tensor: &Tensor) -> fmt::Result {
    let shape = tensor.shape();
    write_axis(
        f,
        tensor.data::<T>(),
        &shape,
        shape.num_elements() > FULL,
        "Tensor(".len(),
    )
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_values_shape_and_type() {
        let t = Tensor::from([[1.0_f32, 2.0], [3.0, 4.5]]);
        assert_eq!(
            t.to_string(),
            "Tensor([[1.0, 2.0],\n        [3.0, 4.5]], shape=[2, 2], dtype=f32)"
        );
        assert_eq!(
            Tensor::from(3.0_f64).to_string(),
            "Tensor(3.0, shape=[], dtype=f64)"
        );
        assert_eq!(
            Tensor::zeros([0, 2]).to_string(),
            "Tensor([], shape=[0, 2], dtype=f32)"
        );
        let long = Tensor::arange(2000).to_string();
        assert_eq!(
            long,
            "Tensor([0, 1, 2, ..., 1997, 1998, 1999], shape=[2000], dtype=i64)"
        );
    }
}
