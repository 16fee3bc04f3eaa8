//! What batch and layer normalization have in common.

use crate::graph::op::common_float;
use crate::{DType, Element, Error, Result, Shape, Tensor, is_known};

/// Shape and type of a normalization of x by gamma and beta along the last axis.
pub(crate) fn check(op: &str, epsilon: f64, inputs: &[Tensor]) -> Result<(Shape, DType)> {
    let dtype = common_float(op, inputs)?;
    let [x, gamma, beta] = [0, 1, 2].map(|i| *inputs[i].raw_shape());
    let Some(&channels) = x.last() else {
        return Err(Error::shape(format!(
            "{op} needs an axis of channels, found a single number"
        )));
    };
    let fits = |s: &Shape| s.rank() == 1 && (s[0] == channels || !is_known(channels));
    if !fits(&gamma) || !fits(&beta) || gamma != beta {
        let channels = Shape::from([channels]);
        return Err(Error::shape(format!(
            "{op} of {x} needs gamma and beta of shape {channels}, found {gamma} and {beta}"
        )));
    }
    if epsilon.is_nan() || epsilon < 0.0 {
        return Err(Error::value(format!(
            "{op} needs an epsilon of 0 or more, found {epsilon}"
        )));
    }
    Ok((x, dtype))
}

/// Three tensors that one function fills.
pub(crate) fn outputs<T: Element>(
    shapes: [Shape; 3],
    fill: impl FnOnce(&mut [T], &mut [T], &mut [T]),
) -> [Tensor; 3] {
    let (mut second, mut third) = (None, None);
    let first = Tensor::build(shapes[0], |a: &mut [T]| {
        second = Some(Tensor::build(shapes[1], |b: &mut [T]| {
            third = Some(Tensor::build(shapes[2], |c: &mut [T]| fill(a, b, c)));
        }));
    });
    let all = [Some(first), second, third];
    // Without memory for one of them nothing was filled.
    match all.iter().flatten().find(|t| t.error().is_some()) {
        Some(failed) => [0; 3].map(|_| failed.clone()),
        None => all.map(|t| t.expect("filled together")),
    }
}
