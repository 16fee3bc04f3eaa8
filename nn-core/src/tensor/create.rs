//! Tensors from nothing: constants and ranges.

use super::{Numbers, Tensor};
use crate::graph::observer;
use crate::ops::fail::fail;
use crate::ops::shape::full;
use crate::tensor::random;
use crate::{DType, Element, Error, Result, Shape, batches, is_known, no_gradient};

impl Tensor {
    /// Every element `value`, of the element type that [`Tensor::from`] gives it; a list is broadcast.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::full([2], 7).to_vec::<i64>()?, [7, 7]);
    /// assert_eq!(Tensor::full([2, 2], [1.0_f32, 2.0]).to_vec::<f32>()?, [1.0, 2.0, 1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn full<N: Numbers>(shape: impl Into<Shape>, value: N) -> Tensor {
        let value = Tensor::from(value);
        match N::DEPTH {
            _ if value.error().is_some() => value,
            0 => {
                crate::with_dtype!(value.dtype(), T => Tensor::filled(shape, value.data::<T>()[0]))
            }
            _ => value.broadcast_to(shape),
        }
    }

    /// Every element `value`.
    #[track_caller]
    pub(crate) fn filled<T: Element>(shape: impl Into<Shape>, value: T) -> Tensor {
        let shape = shape.into();
        match shape.is_known() {
            true => Tensor::build(shape, |out| out.fill(value)),
            false => full::open(shape, value),
        }
    }

    /// What `make` gives for a shape that is known; an abstract tensor where a dimension comes from a batch that is not known yet, and a
    /// failed one where it is a number too large.
    pub(crate) fn created(
        shape: Shape,
        dtype: DType,
        make: impl FnOnce(Shape) -> Tensor,
    ) -> Tensor {
        match shape.is_known() {
            true => make(shape),
            false => Tensor::open(shape, dtype),
        }
    }

    /// A tensor without a value that comes from values and a shape which is not known: abstract where the shape follows from a
    /// batch that is not known yet, as in a model that is traced. Elsewhere the dimension is a number too large, and the tensor failed.
    pub(crate) fn open(shape: Shape, dtype: DType) -> Tensor {
        let of_a_batch = |&dim: &usize| is_known(dim) || batches(dim).is_some();
        match observer::is_tracing() || shape.iter().all(of_a_batch) {
            true => Tensor::abstract_of(shape, dtype),
            false => shape
                .check()
                .map_or_else(Tensor::failed, |()| unreachable!("not known")),
        }
    }

    /// Every element `value`, in the given element type. NaN, and a number beyond those of a type of integers, are errors for it; of others
    /// the fraction is cut off.
    #[track_caller]
    pub fn full_of(shape: impl Into<Shape>, value: f64, dtype: DType) -> Tensor {
        if let Err(error) = check_in_range("full", value, dtype) {
            return fail("full", error);
        }
        crate::with_dtype!(dtype, T => Tensor::filled(shape, T::from_f64(value)))
    }

    /// Zeros (`f32`). A dimension taken from a batch that is not known yet gives an abstract tensor; more elements than there is memory for
    /// are an error (a failed tensor), here as everywhere.
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Tensor {
        Tensor::filled(shape, 0.0_f32)
    }

    /// Ones (`f32`). An unknown dimension gives an abstract tensor.
    #[track_caller]
    pub fn ones(shape: impl Into<Shape>) -> Tensor {
        Tensor::filled(shape, 1.0_f32)
    }

    /// Zeros of the shape and element type of this tensor.
    #[track_caller]
    pub fn zeros_like(&self) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => Tensor::full_of(*self.raw_shape(), 0.0, self.dtype()),
        }
    }

    /// Ones of the shape and element type of this tensor.
    #[track_caller]
    pub fn ones_like(&self) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => Tensor::full_of(*self.raw_shape(), 1.0, self.dtype()),
        }
    }

    /// Every element `value`, of the shape and element type of this tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).full_like(7.0).to_vec::<i64>()?, [7, 7]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn full_like(&self, value: f64) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => Tensor::full_of(*self.raw_shape(), value, self.dtype()),
        }
    }

    /// `start, start + step, …` up to below `stop` (down to above it if the step is negative), in the given element type. A step of 0
    /// and numbers that are not finite are errors.
    ///
    /// ```
    /// # use nn::{DType, Tensor};
    /// assert_eq!(Tensor::arange_of(1.0, 7.0, 2.0, DType::I64).to_vec::<i64>()?, [1, 3, 5]);
    /// assert_eq!(Tensor::arange_of(1.0, 0.0, -0.5, DType::F32).to_vec::<f32>()?, [1.0, 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arange_of(start: f64, stop: f64, step: f64, dtype: DType) -> Tensor {
        if step == 0.0 || ![start, stop, step].into_iter().all(f64::is_finite) {
            let message = format!(
                "arange needs finite numbers and a step other than 0, found {start} to {stop} by {step}"
            );
            return Tensor::failed(
                Error::value(message).at_op("arange", std::panic::Location::caller()),
            );
        }
        let n = ((stop - start) / step).ceil().max(0.0);
        crate::with_dtype!(dtype, T => Tensor::created([n as usize].into(), dtype, |shape| {
            Tensor::build(shape, |out: &mut [T]| {
                out.iter_mut().enumerate().for_each(|(i, v)| *v = T::from_f64(start + step * i as f64));
            })
        }))
    }

    /// `0, 1, … n - 1` as `i64`.
    #[doc(alias = "range")]
    pub fn arange(n: usize) -> Tensor {
        Tensor::created([n].into(), DType::I64, |shape| {
            Tensor::build(shape, |out: &mut [i64]| {
                out.iter_mut().enumerate().for_each(|(i, v)| *v = i as i64);
            })
        })
    }

    /// `n` numbers from `start` to `stop`, both included (`f32`).
    pub fn linspace(start: impl Into<f64>, stop: impl Into<f64>, n: usize) -> Tensor {
        let (start, stop) = (start.into(), stop.into());
        let steps = (n.max(2) - 1) as f64;
        Tensor::created([n].into(), DType::F32, |shape| {
            Tensor::build(shape, |out: &mut [f32]| {
                for (i, v) in out.iter_mut().enumerate() {
                    // Not by steps: the difference of the two may be more than there is, and the last would not be met exactly.
                    let part = i as f64 / steps;
                    *v = (start * (1.0 - part) + stop * part) as f32;
                }
            })
        })
    }

    /// The `n × n` identity matrix (`f32`).
    pub fn eye(n: usize) -> Tensor {
        Tensor::created([n, n].into(), DType::F32, |shape| {
            Tensor::build(shape, |out: &mut [f32]| {
                out.fill(0.0);
                out.iter_mut().step_by(n + 1).for_each(|v| *v = 1.0);
            })
        })
    }

    /// Ones on diagonal `k` of a matrix `[n, m]` and zeros elsewhere, in the given element type: 0 is the main diagonal, 1 the one right
    /// of it, -1 the one below.
    ///
    /// ```
    /// # use nn::{DType, Tensor};
    /// assert_eq!(Tensor::eye_of(2, 3, 1, DType::I64).to_vec::<i64>()?, [0, 1, 0, 0, 0, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn eye_of(n: usize, m: usize, k: isize, dtype: DType) -> Tensor {
        crate::with_dtype!(dtype, T => Tensor::created([n, m].into(), dtype, |shape| {
            Tensor::build(shape, |out: &mut [T]| {
                out.fill(T::from_f64(0.0));
                for row in 0..n {
                    if let Some(column) = row.checked_add_signed(k).filter(|&column| column < m) {
                        out[row * m + column] = T::from_f64(1.0);
                    }
                }
            })
        }))
    }

    /// A tensor of the given elements in row-major order.
    ///
    /// A number of elements other than the shape's is an error (a failed tensor).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from_vec(vec![1.0_f32, 2.0], [2, 1]).shape(), [2, 1]);
    /// assert!(Tensor::from_vec(vec![1.0_f32, 2.0], [3]).error().is_some());
    /// ```
    #[doc(alias = "from_numpy")]
    #[doc(alias = "constant")]
    #[doc(alias = "as_tensor")]
    pub fn from_vec<T: Element>(values: Vec<T>, shape: impl Into<Shape>) -> Tensor {
        Tensor::from_slice(&values, shape)
    }

    /// A tensor of a copy of the given elements in row-major order; a wrong number of them is an error.
    pub fn from_slice<T: Element>(values: &[T], shape: impl Into<Shape>) -> Tensor {
        let shape = shape.into();
        if let Err(error) = shape.check() {
            return Tensor::failed(error);
        }
        if shape.num_elements() != values.len() {
            return Tensor::failed(Error::shape(format!(
                "{} values cannot fill shape {shape}, which has {} elements",
                values.len(),
                shape.num_elements()
            )));
        }
        Tensor::build(shape, |out| out.copy_from_slice(values))
    }

    /// Uniform random numbers in `[0, 1)` (`f32`), from the thread's seed ([`crate::tensor::random::set_seed`]).
    #[doc(alias = "rand")]
    #[track_caller]
    pub fn random_uniform(shape: impl Into<Shape>) -> Tensor {
        random::uniform(shape, 0.0, 1.0, DType::F32)
    }

    /// Normal random numbers of mean 0 and standard deviation 1 (`f32`), from the thread's seed.
    #[doc(alias = "randn")]
    #[track_caller]
    pub fn random_normal(shape: impl Into<Shape>) -> Tensor {
        random::normal(shape, 0.0, 1.0, DType::F32)
    }
}

/// Whether a type has a number, but for its fraction: a cast would silently take the nearest one that it has.
pub(crate) fn check_in_range(who: &str, value: f64, dtype: DType) -> Result<()> {
    let (least, most) = match dtype {
        DType::I64 => (i64::MIN, i64::MAX),
        DType::U8 => (0, 255),
        DType::F32 | DType::F64 | DType::Bool => return Ok(()),
    };
    match (least as f64..=most as f64).contains(&value) {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{who} needs a number that {dtype} has, from {least} to {most}, found {value}"
        ))),
    }
}

/// A tensor in another type; the error of [`check_in_range`] for a number that this type does not have.
pub(crate) fn cast_in_range(who: &str, tensor: &Tensor, dtype: DType) -> Result<Tensor> {
    if tensor.dtype() != dtype && tensor.is_concrete() && tensor.num_elements() > 0 {
        for extreme in no_gradient(|| [tensor.min(), tensor.max()]) {
            check_in_range(who, extreme.to_f64()?, dtype)?;
        }
    }
    tensor.cast(dtype).into_result()
}

#[cfg(test)]
mod tests {
    use crate::ops::PadMode;
    use crate::{DType, Tensor};

    #[test]
    fn integers_are_filled_with_what_they_have() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let e = message(Tensor::full_of([2], 300.0, DType::U8));
        assert!(
            e.contains("a number that u8 has, from 0 to 255, found 300"),
            "{e}"
        );
        let e = message(Tensor::from([1_i64]).full_like(f64::NAN));
        assert!(
            e.contains("that i64 has, from -9223372036854775808 to 9223372036854775807, found NaN"),
            "{e}"
        );
        let x = Tensor::from([1_u8]);
        let e = message(x.pad_with([(1, 0)], PadMode::Constant(-1.0)));
        assert!(e.contains("pad needs") && e.contains("found -1"), "{e}");
        let y = Tensor::full_of([1], 1.5, DType::I64);
        assert_eq!(y.to_vec::<i64>().unwrap(), [1]);
        let y = Tensor::full_of([1], f64::INFINITY, DType::F32);
        assert_eq!(y.to_vec::<f32>().unwrap(), [f32::INFINITY]);
        assert!(x.full_like(255.0).error().is_none());
    }

    #[test]
    fn linspace_meets_both_ends_however_far_they_are_apart() {
        let y = Tensor::linspace(-3e38, 3e38, 5).to_vec::<f32>().unwrap();
        assert_eq!(y, [-3e38, -1.5e38, 0.0, 1.5e38, 3e38]);
        let y = Tensor::linspace(0.1, 0.7, 4).to_vec::<f32>().unwrap();
        assert_eq!((y[0], y[3]), (0.1, 0.7));
        let y = Tensor::linspace(2.0, 5.0, 1).to_vec::<f32>().unwrap();
        assert_eq!(y, [2.0]);
    }
}
