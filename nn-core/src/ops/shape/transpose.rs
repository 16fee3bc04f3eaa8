//! Axes in another order.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Error, MAX_RANK, Result, Shape, ShapeError, Tensor, axis_of, with_dtype};
use nn_kernels::elementwise::permute;

/// Axis `i` of the result is axis `self.0[i]` of the input.
struct Transpose(Vec<usize>);

impl Op for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("axes", &self.0)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = permuted(inputs[0].raw_shape(), &self.0);
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        let from = x.raw_shape();
        // If all that moves are axes of size 1, the elements stay where they are.
        if self.0.iter().filter(|&&axis| from[axis] != 1).is_sorted() {
            return Ok(Outputs::One(x.sharing(shape, 0)));
        }
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| permute(x.data(), from, &self.0, out))),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let mut back = vec![0; self.0.len()];
        self.0
            .iter()
            .enumerate()
            .for_each(|(i, &axis)| back[axis] = i);
        Ok(vec![Some(apply(
            Transpose(back),
            std::slice::from_ref(at.upstream()),
        ))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::one(a, inputs)?;
    let axes: Vec<usize> = a.get("axes")?;
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    match sorted.into_iter().eq(0..inputs[0].raw_shape().rank()) {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "{} cannot have the axes {axes:?}: each is named once",
            inputs[0].raw_shape()
        ))),
    }
}

by_name!("transpose", fits, |a| Transpose(a.get("axes")?));

/// The shape whose axis `i` is axis `order[i]`.
const fn permuted(shape: &Shape, order: &[usize]) -> Shape {
    let mut result = *shape;
    let mut i = 0;
    while i < order.len() {
        result = result.with(i, shape.dims()[order[i]]);
        i += 1;
    }
    result
}

/// The axes as indices, as many as the rank, if each is given once.
const fn order(shape: &Shape, axes: &[isize]) -> Result<[usize; MAX_RANK], ShapeError> {
    let rank = shape.rank();
    let mut order = [0; MAX_RANK];
    let mut named = [false; MAX_RANK];
    let mut once = axes.len() == rank;
    let mut i = 0;
    while i < rank && axes.len() == rank {
        order[i] = match axis_of("", axes[i], shape) {
            Ok(axis) => axis,
            Err(error) => return Err(error),
        };
        once = once && !named[order[i]];
        named[order[i]] = true;
        i += 1;
    }
    if once {
        return Ok(order);
    }
    let error = ShapeError::new("a transpose of rank ")
        .number(rank)
        .text(" ")
        .shape(shape)
        .text(" names each of its ")
        .number(rank)
        .text(" axes once, found ");
    Err(error.list(axes))
}

/// The shape of [`Tensor::transpose`].
pub(crate) const fn output_shape(shape: &Shape, axes: &[isize]) -> Result<Shape, ShapeError> {
    match order(shape, axes) {
        Ok(order) => Ok(permuted(shape, order.split_at(shape.rank()).0)),
        Err(error) => Err(error),
    }
}

impl Tensor {
    /// The axes in a new order: axis `i` of the result is axis `axes[i]` of this tensor. Each axis is given once.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let images = Tensor::zeros([8, 3, 28, 30]); // channels first
    /// assert_eq!(images.transpose([0, 2, 3, 1]).shape(), [8, 28, 30, 3]);
    /// ```
    #[doc(alias = "permute")]
    #[track_caller]
    pub fn transpose(&self, axes: impl AsRef<[isize]>) -> Tensor {
        match order(self.raw_shape(), axes.as_ref()) {
            Ok(order) => match &order[..self.raw_shape().rank()] {
                order if order.is_sorted() => self.clone(),
                order => apply(Transpose(order.to_vec()), std::slice::from_ref(self)),
            },
            Err(error) => self.fail("transpose", error.into()),
        }
    }

    /// The transposed matrix, `[m, n] → [n, m]`. Another rank than 2 is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]).t().to_vec::<f32>()?, [1.0, 3.0, 2.0, 4.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn t(&self) -> Tensor {
        match self.raw_shape() {
            shape if shape.rank() != 2 => self.fail(
                "t",
                Error::rank(
                    "t",
                    2,
                    "[rows, columns]",
                    shape,
                    "`transpose` and `swapaxes` take any rank",
                ),
            ),
            _ => self.transpose([1, 0]),
        }
    }

    /// Two axes exchanged (counted from the end if negative).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).swapaxes(0, -1).shape(), [4, 3, 2]);
    /// ```
    #[track_caller]
    pub fn swapaxes(&self, a: isize, b: isize) -> Tensor {
        let shape = self.raw_shape();
        match (shape.axis(a), shape.axis(b)) {
            (Ok(a), Ok(b)) => {
                let mut axes: Vec<isize> = (0..shape.rank() as isize).collect();
                axes.swap(a, b);
                self.transpose(axes)
            }
            (Err(error), _) | (_, Err(error)) => self.fail("swapaxes", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn moves_axes() {
        let x = Tensor::arange(6).reshape([1, 2, 3]);
        assert_eq!(
            x.transpose([2, 0, 1]).to_vec::<i64>().unwrap(),
            [0, 3, 1, 4, 2, 5]
        );
        assert!(x.swapaxes(0, 1).shares_memory(&x));
        let abstracted = Tensor::abstract_of([UNKNOWN, 28, 28, 1], DType::F32);
        assert_eq!(
            abstracted.transpose([0, 3, 1, 2]).shape().to_string(),
            "[_, 1, 28, 28]"
        );
    }

    #[test]
    fn says_which_axes_are_wrong() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([2, 3]);
        assert!(
            message(x.transpose([0, 0])).contains("names each of its 2 axes once, found [0, 0]")
        );
        assert!(message(x.transpose([0])).contains("once, found [0]"));
        assert!(message(x.transpose([0, 2])).contains("axis 2 is out of range"));
        assert!(
            message(Tensor::zeros([2]).t())
                .contains("expects rank 2 [rows, columns], found rank 1 [2]")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].transpose([1, 2, 0]).square(), &[&[2, 3, 4]]);
        check_gradient(|x| x[0].t().square(), &[&[2, 3]]);
    }
}
